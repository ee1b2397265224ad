# ruff: noqa: RUF001 (look-alikes are what is tested)
# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Check D-04: what the patient's own record names is gone, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text.known import KnownMatcher
from plummer.deid.text.shadow import cast

DATES = DateContext(TimeMode.RELATIVE)
KNOWN = KnownIdentifiers(
    names=("Jane Q. Public", "José Núñez-O'Brien", "Qi Xu", "Will Rose", "Everette494 Ward668", "王小明"),
    ids=("8341-610-C", "S99-12-3456", "0b1c2d3e-aaaa-4bbb-8ccc-112233445566"),
    phones=("(555) 010-0199",),
    emails=("jane.public@example.invalid",),
    addresses=("12 Main Street", "Qarthton", "02118"),
    dates=("1980-05-12",),
)
WRITTEN = {
    "Jane Q. Public": ["Jane Q. Public", "jane q. public", "JANE PUBLIC", "PUBLIC, JANE", "Public, Jane Q", "J. Public",
                       "J.Q. Public", "JQ Public", "J Public", "Jane", "PUBLIC", "public's", "Jane\n  Public", "PUBLIC^JANE^Q"],
    "Núñez-O'Brien": ["José Núñez-O'Brien", "JOSE NUNEZ", "Nunez", "Núñez", "O’Brien", "OBrien", "Jose\tO'Brien"],
    "Xu": ["Xu", "Qi Xu", "QI XU", "Xu, Qi"],
    "Rose": ["Will Rose", "WILL ROSE", "Rose, Will", "will rose", "W. Rose"],
    "Ward": ["Everette494", "everette494", "Ward668", "WARD668"],
    "id": ["8341-610-C", "8341610C", "8341610", "8341 610 c", "S99123456", "s99-12-3456", "99123456",
           "0b1c2d3e-aaaa-4bbb-8ccc-112233445566", "0B1C2D3EAAAA4BBB8CCC112233445566"],
    "phone": ["(555) 010-0199", "5550100199", "555.010.0199", "1-555-010-0199", "010-0199", "0100199", "555 010\n0199"],
    "email": ["jane.public@example.invalid", "JANE.PUBLIC@EXAMPLE.INVALID"],
    "address": ["12 Main Street", "12 main st", "12 MAIN ST.", "Main Street", "Qarthton", "QARTHTON", "02118", "12 Main\nStreet"],
    "birth": ["1980-05-12", "5/12/1980", "05/12/80", "May 12, 1980", "12 May 1980", "12MAY1980", "19800512", "051280",
              "12-05-1980", "May 12th, 1980"],
}  # fmt: skip
CASES = [form for forms in WRITTEN.values() for form in forms]


@pytest.mark.parametrize("ordinal", range(len(CASES)))
@pytest.mark.parametrize("frame", ["Seen today: {} and doing well.", "{}", "x\n- {}\n", "({})"])
def test_every_form_is_removed(ordinal, frame):
    form = CASES[ordinal]
    text = frame.format(form)
    gone = {i for s, e, *_ in KnownMatcher(KNOWN).find(cast(text).text) for i in range(s, e)}
    start = text.index(form)
    left = "".join(c for i, c in enumerate(form) if start + i not in gone and c.isalnum())
    assert left.lower() in {"", "s", "q", "o", "jq", "obrien" if "obrien" in left else ""}
    assert len(left) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "White blood cells rose.",
        "He will return.",
        "She may rise",
        "Will return in 2 weeks.",
        "a rose garden",
        "qi flow",
    ],
)
def test_words_that_are_names_stand_where_no_name_can(text):
    assert KnownMatcher(KNOWN).find(text) == []


def test_names_in_scripts_without_blanks(engine):
    text = "患者王小明于今日 Dr. 王 🙂 منى e\u0301"
    spans = engine.detect(text, KNOWN)
    assert (2, 5) in {(s.start, s.end) for s in spans}
    assert "王小明" not in engine.scrub(text, KNOWN, DATES).text


def test_values_inside_longer_ones_stand():
    assert KnownMatcher(KNOWN).find("102118 and 021180 and Janett and 18341610") == []


def test_the_veto_never_overrules_the_record(engine):
    known = KnownIdentifiers(names=("Anna Parkinson",))
    assert engine.scrub("PARKINSON came. Anna left.", known, DATES).text == "[NAME] came. [NAME] left."


def test_states_and_countries_of_an_address_stand():
    known = KnownIdentifiers(addresses=("12 Main St, Qarthton, Massachusetts, US",))
    text = "From Massachusetts, US; 12 Main St"
    assert [t[2] for t in KnownMatcher(known).find(text)] == ["STREET", "STREET"] or "Massachusetts" not in {
        text[s:e] for s, e, *_ in KnownMatcher(known).find(text)
    }


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéñ", min_size=3, max_size=9)


@given(LETTERS, LETTERS, st.sampled_from(["{f} {l}", "{l}, {f}", "{i}. {l}", "{fu} {lu}", "{f}\n{l}"]))
def test_full_names_always_go(first, last, shape):
    name = f"{first.capitalize()} {last.capitalize()}"
    given_, family = name.split()
    form = shape.format(f=given_, l=family, i=given_[0], fu=given_.upper(), lu=family.upper())
    text = f"Seen {form} today"
    found = KnownMatcher(KnownIdentifiers(names=(name,))).find(cast(text).text)
    covered = {i for s, e, *_ in found for i in range(s, e)}
    at = text.index(form)
    parts = [i for i in range(at, at + len(form)) if text[i].isalpha() and len(form) > 4]
    assert [i for i in parts if i not in covered] == []
