"""One person at several sites by a declared identifier: never by guessing, and in doubt nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.policy.links import LinkIdentifier, is_link
from plummer.pipelines.index.same import CONTRADICTION, SAME, Bearer, join
from plummer.pipelines.index.sites import same_as

SITES = ("north", "south", "west")


def bearer(key, value, born="1960-05-06", sex="female"):
    return Bearer(key, value, born, sex)


def test_two_sites_with_one_value_are_one_person_at_the_site_named_first():
    made = join([bearer("south/9", b"v"), bearer("north/1", b"v"), bearer("west/3", b"w")], SITES)
    assert made.survivors == {"south/9": "north/1"}
    assert made.codes == {"north/1": SAME, "south/9": SAME}


def test_a_person_known_by_two_identifiers_joins_those_who_share_one_each():
    bearers = [bearer("a/1", b"v"), bearer("b/1", b"v"), bearer("b/1", b"w"), bearer("c/1", b"w")]
    assert join(bearers).survivors == {"b/1": "a/1", "c/1": "a/1"}


@pytest.mark.parametrize(
    ("born", "sex"),
    [("1960-05-07", "female"), ("1961", "female"), ("1960-05-06", "male"), ("1961-05-06", "")],
)
def test_one_identifier_on_two_people_of_one_site_merges_nobody_and_is_counted(born, sex):
    bearers = [bearer("a/1", b"v"), bearer("a/2", b"v", born, sex), bearer("b/1", b"v")]
    made = join(bearers)
    assert not made.survivors
    assert set(made.codes.values()) == {CONTRADICTION}
    assert len(made.codes) == 3


def test_what_is_not_known_contradicts_nothing():
    bearers = [bearer("a/1", b"v", "", ""), bearer("b/1", b"v", "1960"), bearer("c/1", b"v")]
    assert len(join(bearers).survivors) == 2


def test_nobody_alone_is_told_of():
    made = join([bearer("a/1", b"v"), bearer("a/1", b"w"), bearer("b/1", b"x")])
    assert (made.survivors, made.codes) == ({}, {})


keys = st.tuples(st.sampled_from(SITES), st.integers(1, 4)).map(lambda k: f"{k[0]}/{k[1]}")
anyone = st.builds(
    Bearer, keys, st.integers(1, 5).map(lambda n: bytes([n])),
    st.sampled_from(["", "1960", "1960-05-06", "1961"]), st.sampled_from(["", "female", "male"]),
)  # fmt: skip


@given(st.lists(anyone, max_size=12), st.randoms())
def test_the_order_makes_no_difference_and_each_ends_at_one_who_stands(bearers, rng):
    made = join(bearers, SITES)
    mixed = rng.sample(bearers, len(bearers))
    assert join(mixed, SITES) == made
    assert not set(made.survivors) & set(made.survivors.values())
    assert all(made.codes[key] == SAME for key in (*made.survivors, *made.survivors.values()))


def test_only_declared_systems_at_declared_sites_are_read_and_values_by_the_declared_form():
    link = LinkIdentifier("urn:oid:1.2", SITES, "digits")
    patient = {
        "identifier": [
            {"system": "urn:oid:1.2", "value": "943 476-5919"}, {"system": "urn:oid:9", "value": "943"},
            {"value": "9434765919"}, {"system": "urn:oid:1.2", "value": "0000"},
            {"system": "urn:oid:1.2", "value": "11 12", "use": "old"}, {"system": "urn:oid:1.2"}, "x",
        ]
    }  # fmt: skip
    found = list(same_as(patient, (link,), bytes(32)))
    assert len(found) == 1
    plain = {"identifier": [{"system": "urn:oid:1.2", "value": "9434765919"}]}
    assert list(same_as(plain, (link,), bytes(32))) == found
    assert not list(same_as(patient, (), bytes(32)))


@pytest.mark.parametrize(
    "value",
    ["x", {}, {"system": "s"}, {"system": "s", "sites": []}, {"system": "s", "sites": ["a"], "guess": True},
     {"system": "s", "sites": ["a"], "normalise": "soundex"}, {"system": 1, "sites": ["a"]}],
)  # fmt: skip
def test_what_is_no_entry_is_refused(value):
    assert not is_link(value)
