# ruff: noqa: RUF001 (look-alikes are what is tested)
# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Check D-04: what the patient's own record names is gone, however it is written."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.recognizers.words import word_list
from plummer.deid.text.known import KnownMatcher
from plummer.deid.text.known_forms import person
from plummer.deid.text.shadow import cast

DATES = DateContext(TimeMode.RELATIVE)
WORDS = re.compile(r"[^\W_]+")
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
        "He will return.",
        "She may rise",
        "white, brown and long; the hand, day by day",
        "in the ed and pt today, 5 MG NG tube",
    ],
)
def test_the_commonest_words_stand_in_lower_case(text):
    known = KnownIdentifiers(names=("Will Rose", "May White", "Hand Brown", "Long Day", "Ed Ng", "Pt Mg"))
    assert KnownMatcher(known).find(text) == []


NAMES_THAT_ARE_WORDS = ("Rose", "Young", "Will", "May", "White", "Hope", "Mark", "Grace", "Long", "Ed", "Wu")
STANDS_IN = (
    "{} returned.",
    "Seen.\n- {} is well",
    "HPI: {}",
    "by {} today",
    "({})",
    "{}'s chart",
    "x/{}/y",
    "{}-led",
)


@pytest.mark.parametrize("frame", range(len(STANDS_IN)))
@pytest.mark.parametrize("ordinal", range(len(NAMES_THAT_ARE_WORDS)))
def test_a_name_that_is_a_word_goes_wherever_it_is_capitalised(ordinal, frame, engine):
    name = NAMES_THAT_ARE_WORDS[ordinal]
    known = KnownIdentifiers(names=(f"Qarth {name}", f"{name} Tharq"))
    for form in {name, name.upper() if len(name) > 2 else name}:
        text = STANDS_IN[frame].format(form)
        assert form not in WORDS.findall(engine.scrub(text, known, DATES).text)


@pytest.mark.parametrize(
    "text",
    [
        "a rose, young hope, mark seen",
        "mr. long is here",
        "seen: will rose, may white",
        "nurse day called; tharq long",
    ],
)
def test_lower_case_names_go_but_for_the_commonest_words(text, engine):
    names = ("Will Rose", "May White", "Hope Young", "Nora Day", "Tharq Long", "Mark Qarth")
    left = WORDS.findall(engine.scrub(text, KnownIdentifiers(names=names), DATES).text)
    assert not {part.lower() for name in names for part in name.split()} & (set(left) - {"mark"})


def test_the_list_of_words_that_stand_is_short():
    assert len(word_list("frequent")) < 250


def test_a_month_stays_a_date_for_a_patient_called_may(engine):
    spans = engine.detect("Seen on May 12, 2019 by May.", KnownIdentifiers(names=("May White",)))
    assert [s.type for s in spans] == ["DATE", "NAME"]


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


#: Family and given names that are also titles or degrees; whoever bears one is named by it.
NAMES_LIKE_TITLES = (
    "Qarth Prof",
    "Prof Qarth",
    "Linh Van Do",
    "Pa Vang",
    "Hon Tran",
    "Sir Rev",
    "Qarth Iii",
    "Miss Phd",
)


@pytest.mark.parametrize("ordinal", range(len(NAMES_LIKE_TITLES)))
@pytest.mark.parametrize("shape", ["{f} {l}", "{l}, {f}", "{i}. {l}", "{fu} {lu}"])
def test_a_full_name_goes_where_a_part_of_it_looks_like_a_title(ordinal, shape):
    name = NAMES_LIKE_TITLES[ordinal]
    first, last = name.split()[0], name.split()[-1]
    form = shape.format(f=first, l=last, i=first[0], fu=first.upper(), lu=last.upper())
    text = f"Seen {form} today"
    found = KnownMatcher(KnownIdentifiers(names=(name,))).find(text)
    covered = {i for s, e, *_ in found for i in range(s, e)}
    assert [i for i in range(5, 5 + len(form)) if text[i].isalpha() and i not in covered] == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr. Qarth", ("qarth",)), ("Dr Qarth, MD", ("qarth",)), ("Prof. Qarth", ("qarth",)), ("Sir Jo Qarth", ("jo", "qarth")),
        ("Jo Qarth DO", ("jo", "qarth")), ("Jo Qarth, Do", ("jo", "qarth")), ("Jo Qarth PhD", ("jo", "qarth")), ("Jo Qarth III", ("jo", "qarth")),
        ("Qarth Jr, Jo", ("qarth", "jo")), ("Linh Do", ("linh", "do")), ("Pa Vang", ("pa", "vang")), ("Tran, Hon", ("tran", "hon")), ("Do, Linh", ("do", "linh")),
    ],
)  # fmt: skip
def test_a_title_is_left_out_only_where_it_stands_as_one(name, parts):
    assert person(name).parts == parts


def test_a_name_like_a_title_alone_is_a_title():
    matcher = KnownMatcher(KnownIdentifiers(names=("Qarth Prof", "Pa Vang")))
    assert [t[:2] for t in matcher.find("Prof Hill saw Pa")] == [(14, 16)]


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéñ", min_size=3, max_size=9)


@given(LETTERS, LETTERS, st.sampled_from(["{f} {l}", "{l}, {f}", "{i}. {l}", "{fu} {lu}", "{f}\n{l}"]))
@settings(deadline=None)  # a busy machine is no failure
@example("abc", "prof", "{f} {l}")
@example("miss", "abc", "{fu} {lu}")
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
