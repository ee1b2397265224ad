"""Whatever the record and the notes hold: one patient, one surrogate, and never a value of their own."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plummer.deid.context import KnownIdentifiers
from plummer.deid.corpus.people import development_names, training_names
from plummer.deid.text.shadow import fold
from plummer.deid.text.spans import TYPES, Span
from plummer.deid.text.surrogates import Replacement, Surrogates
from plummer.deid.text.taken import Taken, bare

_POOL = sorted(
    {
        name
        for names in (development_names(), training_names())
        for values in names.table.values()
        for name in values
    }
)
WORDS = st.sampled_from(_POOL) | st.from_regex(r"[A-Z][a-z]{1,9}", fullmatch=True)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
NUMBERS = st.from_regex(r"[A-Z]{0,2}-?[0-9]{5,10}", fullmatch=True)
PHONES = st.from_regex(r"\([2-9][0-9]{2}\) 555-01[0-9]{2}", fullmatch=True)
STREETS = st.builds(
    "{} {} {}".format, st.integers(1, 9999), WORDS, st.sampled_from(["Street", "Ave", "Lane"])
)
KNOWN = st.builds(
    KnownIdentifiers,
    names=st.lists(NAMES, max_size=4).map(tuple),
    ids=st.lists(NUMBERS, max_size=3).map(tuple),
    phones=st.lists(PHONES, max_size=3).map(tuple),
    addresses=st.lists(STREETS, max_size=2).map(tuple),
)
SECRETS = st.binary(min_size=32, max_size=32)
KINDS = st.sampled_from([kind for kind in TYPES if kind not in {"DATE", "AGE"}])
VALUES = NAMES | NUMBERS | PHONES | STREETS | st.text(min_size=1, max_size=20)
HOW = st.sampled_from([Replacement.CONSISTENT, Replacement.PER_MENTION])


def span(kind, value):
    return Span(0, len(value), kind, 1.0, "x")


def words_of(text):
    return set(re.findall(r"[^\W\d_]{2,}", fold(text).casefold()))


@given(SECRETS, KNOWN, HOW, st.booleans(), st.data())
def test_no_value_of_the_record_is_ever_given_back(secret, known, how, by_value, data):
    made = Surrogates(secret, known, how, note="n", by_value=by_value)
    own = {word for name in known.names for word in words_of(name)}
    whole = {bare(value) for value in (*known.ids, *known.phones)}
    values = [*known.names, *known.ids, *known.phones, data.draw(VALUES)]
    for value in values:
        kind = data.draw(KINDS)
        written = made.written(span(kind, value), value)
        if written == f"[{kind}]":
            continue
        assert bare(written) != bare(value) or not bare(value)
        assert bare(written) not in whole
        if kind == "NAME":
            assert not words_of(written) & own


@given(SECRETS, KNOWN, st.lists(NAMES, min_size=1, max_size=4), st.booleans())
def test_a_name_is_the_same_in_every_note_and_form(secret, known, strangers, by_value):
    made = Surrogates(secret, known, by_value=by_value)
    heard: dict[str, str] = {}
    for note in ("n1", "n2", "n3"):
        made.of_note(note)
        for name in (*known.names, *strangers):
            for word in name.split():
                assume(len(word) > 1 and word.isalpha())
                written = made.written(span("NAME", word), word)
                assert heard.setdefault(fold(word).casefold(), written.casefold()) == written.casefold()
                assert made.written(span("NAME", word.upper()), word.upper()).casefold() in {
                    written.casefold(),
                    "[name]",
                }


@given(SECRETS, PHONES, NUMBERS)
def test_a_number_is_the_same_in_every_form_and_type(secret, phone, number):
    made = Surrogates(secret, KnownIdentifiers())
    digits = re.sub(r"\D", "", phone)
    plain = made.written(span("PHONE", digits), digits)
    assert bare(made.written(span("FAX", phone), phone)) == plain
    assert plain[-7:] != digits[-7:]
    assert plain.endswith(bare(made.of_note("n2").written(span("PHONE", digits[-7:]), digits[-7:])))
    assert made.written(span("MRN", number), number) == made.written(span("OTHER_ID", number), number)


@given(SECRETS, KNOWN, NAMES, NAMES)
def test_what_another_note_adds_moves_nothing(secret, known, stranger, other):
    """Only the first note that names a stranger decides, so a release of more notes keeps the names."""
    assume(not words_of(stranger) & words_of(other))
    alone, after = Surrogates(secret, known), Surrogates(secret, known)
    after.of_note("n1").name(other)
    assert alone.of_note("n2").name(stranger) == after.of_note("n2").name(stranger)


@given(SECRETS, KNOWN, NAMES)
def test_under_a_determination_a_name_depends_on_nothing_else(secret, known, stranger):
    one = Surrogates(secret, KnownIdentifiers(), by_value=True, note="n1").name(stranger)
    many = Surrogates(secret, known, by_value=True, note="n2")
    for name in known.names:
        many.name(name)
    used = {word for name in known.names for word in words_of(name)}
    assume(not (words_of(one) | words_of(stranger)) & used)
    assert many.name(stranger) == one


def test_nobody_else_of_the_home_is_named_or_called():
    """Even where the whole list of names is taken: then names are coined."""
    taken = Taken([*_POOL, *(f"({area}) 555-01{end:02}" for area in range(200, 900) for end in range(50))])
    for number in range(60):
        made = Surrogates(bytes([number]) * 32, KnownIdentifiers(), taken=taken)
        name = made.name("Fadumo Warsame")
        assert name
        assert not any(word in taken for word in name.split())
        assert made.written(span("PHONE", "(507) 288-4417"), "(507) 288-4417") not in taken
        assert not any(word in taken for word in made.written(span("CITY", "Rochester"), "Rochester").split())


@pytest.mark.parametrize(
    "name", ["Anh Do", "ANH DO", "Do, Anh", "Dr. Do", "MD Rahman", "Jane Doe's", "Ms. Ii"]
)
def test_a_name_that_looks_like_a_title_goes_too(name):
    known = KnownIdentifiers(names=("Anh Do", "Md Rahman", "Jane Doe", "Akira Ii"))
    written = Surrogates(b"k" * 32, known).name(name)
    assert not words_of(written) & {"anh", "do", "md", "rahman", "jane", "doe", "ii"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("ORGANIZATION", "General Hospital"), ("CITY", "Children's Hospital"), ("STREET", "North Street")],
)
def test_a_place_of_kept_words_only_doesnt_come_back(kind, value):
    for number in range(20):
        written = Surrogates(bytes([number]) * 32, KnownIdentifiers()).written(span(kind, value), value)
        assert not words_of(written) & words_of(value) - {"hospital"}
