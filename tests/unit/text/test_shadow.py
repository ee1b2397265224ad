# ruff: noqa: RUF001 (look-alikes are what is tested)
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.text.shadow import FILLER, cast, fold


def test_folds_typography_digits_and_look_alikes():
    assert fold("Müller’s 12–34 ５５ ٣") == "Muller's 12-34 55 3"
    assert fold("Smіth") == "Smith"  # Cyrillic i


def test_tags_close_up_to_one_filler_and_offsets_lead_back():
    text = "a [NAME] b [DAY 12] c [AGE 90+] [NOTATAG]"
    shadow = cast(text)
    assert shadow.text == f"a {FILLER} b {FILLER} c {FILLER} [NOTATAG]"
    at = shadow.text.index("b")
    assert shadow.origin(at, at + 1) == (9, 10)


def test_combining_marks_and_zero_width_go_with_their_letter():
    text = "Zoe\u0308 Sm\u200bith 🙂 王"
    shadow = cast(text)
    start = shadow.text.index("Smith")
    assert text[slice(*shadow.origin(0, 3))] == "Zoe\u0308"
    assert text[slice(*shadow.origin(start, start + 5))] == "Sm\u200bith"


@given(st.text(max_size=80))
def test_every_range_of_the_shadow_has_a_place_in_the_input(text):
    shadow = cast(text)
    back = [shadow.origin(i, i + 1) for i in range(len(shadow.text))]
    assert all(0 <= start < end <= len(text) for start, end in back)
    assert [start for start, _ in back] == sorted(start for start, _ in back)
