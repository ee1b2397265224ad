"""Patient.link (https://hl7.org/fhir/R4/patient.html#links): who is one subject, and who isn't (R-12)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.pipelines.index import merges as module
from plummer.pipelines.index import same
from plummer.pipelines.index.links import patient_links
from plummer.pipelines.index.merges import Claim, Found, resolve

PAGE = Path(__file__).resolve().parents[3] / "docs" / "codes.md"


def claim(key, label, *others):
    return Claim(key, label, tuple(Found(other, True) for other in others))


def by(old, new):
    return claim(old, "replaced-by", new)


def of(new, old):
    return claim(new, "replaces", old)


def link(kind="replaced-by", reference="Patient/8", **other):
    named = {"reference": reference} if reference is not None else {}
    return {"other": {**named, **other}, "type": kind}


def read(*links, full_url=None):
    return [tuple(found) for found in patient_links({"resourceType": "Patient", "link": [*links]}, full_url)]


@pytest.mark.parametrize(
    ("given_link", "expected"),
    [
        (link(), ("replaced-by", "Patient/8")),
        (link("replaces", "Patient/8/_history/2"), ("replaces", "Patient/8")),
        (link(reference="urn:uuid:ABCD"), ("replaced-by", "urn:uuid:abcd")),
        (link(reference="Patient?identifier=http://m.invalid|9"),
         ("replaced-by", "Patient?identifier=http://m.invalid|9")),
        (link(reference=None, identifier={"system": "http://m.invalid", "value": "9"}),
         ("replaced-by", "Patient?identifier=http://m.invalid|9")),
        (link(reference="RelatedPerson/8"), ("replaced-by", "RelatedPerson/8")),
        (link("seealso"), ("link_seealso", None)),
        (link("refer"), ("link_refer", None)),
        (link("merged"), ("link_type_unknown", None)),
        (link(None), ("link_type_unknown", None)),
        (link(["replaces"]), ("link_type_unknown", None)),
        (link(reference="#p"), ("merge_target_unnamed", None)),
        (link(reference=None, display="Jo"), ("merge_target_unnamed", None)),
        (link(reference=None, identifier={"value": "9"}), ("merge_target_unnamed", None)),
        ({"type": "replaces"}, ("merge_target_unnamed", None)),
        (link(reference="https://h.invalid/r4/Patient/8"), ("merge_target_elsewhere", None)),
    ],
)  # fmt: skip
def test_each_form_of_link(given_link, expected):
    assert read(given_link) == [expected]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("https://h.invalid/r4/Patient/8", "replaced-by"),
        ("https://h.invalid/r4/Patient/8/_history/1", "replaced-by"),
        ("https://h.invalid/r4/Patient?identifier=a|b", "replaced-by"),
        ("https://h.invalid/r5/Patient/8", "merge_target_elsewhere"),
        ("https://h.invalid/r4/tenant/Patient/8", "merge_target_elsewhere"),
        ("https://other.invalid/r4/Patient/8", "merge_target_elsewhere"),
    ],
)
def test_an_absolute_url_counts_only_on_the_records_own_server(reference, expected):
    found = read(link(reference=reference), full_url="https://h.invalid/r4/Patient/7")
    assert [label for label, _ in found] == [expected]
    assert read(link(reference=reference), full_url="urn:uuid:x") == [("merge_target_elsewhere", None)]


@pytest.mark.parametrize("odd", [None, "x", 7, {}, [None, "x", 7, []]])
def test_what_is_no_list_of_links_has_none(odd):
    assert list(patient_links({"resourceType": "Patient", "link": odd}, None)) == []


@pytest.mark.parametrize(
    ("claims", "survivors"),
    [
        ([by("m/a", "m/b")], {"m/a": "m/b"}),
        ([of("m/b", "m/a")], {"m/a": "m/b"}),
        ([by("m/a", "m/b"), of("m/b", "m/a")], {"m/a": "m/b"}),
        # a chain of three, its links in any order, and one that was written anew after the second merge
        ([by("m/b", "m/c"), by("m/a", "m/b")], {"m/a": "m/c", "m/b": "m/c"}),
        ([by("m/a", "m/b"), by("m/b", "m/c"), by("m/a", "m/c")], {"m/a": "m/c", "m/b": "m/c"}),
        ([of("m/c", "m/a"), of("m/c", "m/b")], {"m/a": "m/c", "m/b": "m/c"}),
        ([], {}),
    ],
)
def test_records_that_were_replaced(claims, survivors):
    made = resolve(claims)
    assert made.survivors == survivors
    assert set(made.codes) <= {"merge_done"}
    assert resolve(claims[::-1]).survivors == survivors


@pytest.mark.parametrize(
    ("claims", "codes"),
    [
        ([by("m/a", "m/a")], ["merge_to_itself"]),
        ([by("m/a", "m/b"), by("m/b", "m/a")], ["merge_cycle", "merge_cycle"]),
        ([by("m/a", "m/b"), of("m/a", "m/b")], ["merge_cycle", "merge_cycle"]),
        # whoever leads into a circle, or to somebody of whom two claims are made, stays apart with it
        ([by("m/a", "m/b"), by("m/b", "m/c"), by("m/c", "m/b")], ["merge_cycle"] * 3),
        ([by("m/a", "m/b"), by("m/a", "m/c")], ["merge_conflict", "merge_conflict"]),
        ([by("m/z", "m/a"), by("m/a", "m/b"), of("m/c", "m/a")], ["merge_conflict"] * 3),
        ([by("m/a", "m/b"), by("m/b", "m/a"), by("m/a", "m/c")], ["merge_cycle"] * 3),
        ([claim("m/a", "replaced-by")], ["merge_target_missing"]),
        ([claim("m/a", "replaced-by", "m/b", "m/c")], ["merge_target_ambiguous"]),
        ([Claim("m/a", "replaced-by", (Found("m/RelatedPerson/r", False),))], ["merge_target_not_patient"]),
        ([claim("m/a", "link_seealso"), claim("m/a", "merge_target_elsewhere")],
         ["link_seealso", "merge_target_elsewhere"]),
    ],
)  # fmt: skip
def test_what_is_no_sure_claim_merges_nobody(claims, codes):
    made = resolve(claims)
    assert made.survivors == {}
    assert list(made.codes) == codes


def test_a_sure_claim_stands_beside_a_contradiction():
    made = resolve([by("m/a", "m/b"), by("m/c", "m/b"), by("m/c", "m/d"), by("m/e", "m/f"), by("m/f", "m/e")])
    assert made.survivors == {"m/a": "m/b"}
    assert made.codes == ("merge_done", "merge_conflict", "merge_conflict", "merge_cycle", "merge_cycle")


def test_a_very_long_chain_ends():
    length = 50_000
    made = resolve([by(f"m/{n}", f"m/{n + 1}") for n in range(length)])
    assert len(made.survivors) == length
    assert set(made.survivors.values()) == {f"m/{length}"}


KEYS = st.integers(0, 7).map(lambda n: f"m/{n}")
CLAIMS = st.lists(st.builds(claim, KEYS, st.sampled_from(["replaced-by", "replaces"]), KEYS), max_size=14)


def ends_by_walking(claims):
    """The same rule written another way: walk every way from each record."""
    newer = {}
    for one in claims:
        old, new = (one.key, one.found[0].key) if one.label == "replaced-by" else (one.found[0].key, one.key)
        if old != new:
            newer.setdefault(old, set()).add(new)

    def walk(key, seen):
        if key in seen:
            return {None}  # round in a circle
        if key not in newer:
            return {key}
        return set().union(*(walk(other, seen | {key}) for other in newer[key]))

    found = {key: walk(key, frozenset()) for key in newer}
    return {key: next(iter(ends)) for key, ends in found.items() if len(ends) == 1 and None not in ends}


@given(CLAIMS, st.randoms())
def test_the_rule_is_the_walk_and_the_order_makes_no_difference(claims, random):
    made = resolve(claims)
    assert made.survivors == ends_by_walking(claims)
    shuffled = claims[:]
    random.shuffle(shuffled)
    assert resolve(shuffled).survivors == made.survivors
    # who is in use was not replaced, so nobody is two subjects
    assert not set(made.survivors.values()) & set(made.survivors)


def test_a_claim_shows_no_key():
    assert "secret" not in repr(claim("m/secret", "replaces", "m/secret2"))
    assert "secret" not in repr(resolve([by("m/secret", "m/secret2")]))


def test_every_code_is_documented():
    section = PAGE.read_text("utf-8").split("## Links between patients\n", 1)[1].split("\n## ", 1)[0]
    shown = set(re.findall(r"^\| `([a-z_]+)` \|", section, flags=re.MULTILINE))
    of_module = {v for v in vars(module).values() if isinstance(v, str) and re.fullmatch(r"merge_[a-z_]+", v)}
    declared = {same.SAME, same.CONTRADICTION}
    read_only = {"link_seealso", "link_refer", "link_type_unknown", "merge_target_unnamed",
                 "merge_target_elsewhere"}  # fmt: skip
    assert shown == of_module | declared | read_only
