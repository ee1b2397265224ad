"""Rules with conditions: how they are read, in which order they are tried, what the scrubber then does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_files import EXPERT, HEAD, loaded, scrub_with

from plummer.deid.policy.conditions import Condition, all_cover, may_meet, parse_condition, parse_key
from plummer.deid.policy.resolve import alternatives
from plummer.schemas.errors import PlummerError

NPI = "http://hl7.org/fhir/sid/us-npi"
VALUES = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3, unique=True)
CONDITIONS = st.builds(
    lambda exact, prefixes: Condition("system", False, tuple(exact), tuple(prefixes)),
    VALUES,
    st.lists(st.text("ab", max_size=2), max_size=2, unique=True),
)


@pytest.mark.parametrize(
    "text", ["system", "=x", "system=", "system=a|", "system=a*b", " system=a", "system=a|a", "system=|"]
)
def test_what_is_no_condition_is_none(text):
    assert parse_condition(text) is None
    assert parse_key(f"Identifier;{text}") is None


@given(CONDITIONS)
def test_a_condition_reads_back(condition):
    assert parse_condition(str(condition)) == condition


@given(CONDITIONS, CONDITIONS, st.text("ab", max_size=4))
def test_covering_and_meeting_agree_with_admitting(one, other, value):
    if one.covers(other) and other.admits(value):
        assert one.admits(value)
    if one.admits(value) and other.admits(value):
        assert one.meets(other)
        assert may_meet((one,), (other,))
    assert one.covers(one)
    assert all_cover((), (one,))


def test_alternatives_are_tried_path_first_and_in_the_files_order(tmp_path):
    text = EXPERT + (
        "types:\n"
        f'  "Identifier;system={NPI}": mask\n'
        '  "Identifier;use=usual": drop\n'
        "paths:\n"
        '  "Patient.identifier;system=urn:x*": pseudonymise\n'
    )
    rules, _ = alternatives(loaded(tmp_path, text), "Patient", "identifier")
    assert [rule.id for rule in rules] == [
        "path.Patient.identifier;system=urn:x*.pseudonymise",
        f"type.Identifier;system={NPI}.mask",
        "type.Identifier;use=usual.drop",
        "type.Identifier.drop",
    ]
    assert [rule.line for rule in rules[:3]] == [9, 6, 7]
    assert rules[3].origin == "safe_harbor"


def test_the_first_condition_that_holds_decides_each_item(tmp_path):
    text = (
        EXPERT
        + f'types:\n  "Identifier;system={NPI}": mask\n'
        + 'paths:\n  "Patient.identifier;system=urn:x": pseudonymise\n'
    )
    policy = loaded(tmp_path, text)
    items = [
        {"system": NPI, "value": "1"},
        {"system": "urn:x", "value": "2"},
        {"system": "urn:y", "value": "3"},
    ]
    out = scrub_with(policy, {"resourceType": "Patient", "id": "1", "identifier": items})
    masked, pseudonym = out["identifier"]
    assert masked["extension"][0]["valueCode"] == "masked"
    assert pseudonym["system"] == "urn:x"
    assert len(pseudonym["value"]) == 26
    assert {rule: n for rule, n in out["*"].items() if "dentifier" in rule} == {
        f"type.Identifier;system={NPI}.mask": 1,
        "path.Patient.identifier;system=urn:x.pseudonymise": 1,
        "type.Identifier.drop": 1,
    }


def test_a_condition_on_a_text_looks_beside_it(tmp_path):
    text = HEAD + 'types:\n  ContactPoint: walk\npaths:\n  "ContactPoint.value;system=url|other": mask\n'
    policy = loaded(tmp_path, text)
    telecom = [{"system": "url", "value": "http://x"}, {"system": "phone", "value": "555"}]
    out = scrub_with(policy, {"resourceType": "Patient", "telecom": telecom})
    assert "_value" in out["telecom"][0]
    assert "_value" not in out["telecom"][1]
    assert all("value" not in item for item in out["telecom"])


def test_a_condition_may_follow_lists_numbers_and_booleans(tmp_path):
    text = HEAD + (
        "paths:\n"
        '  "Observation.valueString;code.coding.code=1234-5": drop\n'
        '  "Patient.communication;preferred=true": drop\n'
    )
    policy = loaded(tmp_path, text)
    for code, kept in (("1234-5", False), ("9999-9", True)):
        value = {"coding": [{"code": "no"}, {"code": code}]}
        out = scrub_with(policy, {"resourceType": "Observation", "code": value, "valueString": "x"})
        assert ("valueString" in out) is kept
    spoken = [{"preferred": True, "language": {"text": "a"}}, {"preferred": False, "language": {"text": "b"}}]
    out = scrub_with(policy, {"resourceType": "Patient", "communication": spoken})
    assert [item["preferred"] for item in out["communication"]] == [False]


def test_a_rule_for_the_whole_way_wins_only_there(tmp_path):
    policy = loaded(tmp_path, HEAD + "paths:\n  Patient.address.state: drop\n")
    address = {"state": "MA", "postalCode": "02139"}
    out = scrub_with(policy, {"resourceType": "Patient", "address": [address]})
    assert out["address"] == [{"postalCode": "021"}]
    other = scrub_with(policy, {"resourceType": "RelatedPerson", "address": [address]})
    assert other["address"] == [{"state": "MA", "postalCode": "021"}]


def test_a_plain_rule_replaces_the_conditions_of_what_it_extends():
    from plummer.deid.policy.load import _merge

    merged = _merge(
        {"types": {"Identifier;use=usual": "mask", "Age": "age"}}, {"types": {"Identifier": "drop"}}
    )
    assert merged["types"] == {"Age": "age", "Identifier": "drop"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"Identifier;system": drop', "policy_bad_condition"),
        ('"Identifier;colour=red": drop', "policy_bad_condition"),
        ('"Identifier;period=2020": drop', "policy_bad_condition"),
        ('"string;use=usual": drop', "policy_bad_condition"),
        ('"Extension;url=http://x": drop', "policy_bad_condition"),
        ('"Identifier;use=casual": drop', "policy_never_true"),
        ('"Identifier;use=q*": drop', "policy_never_true"),
        ('"Identifier;use=usual;use=official": drop', "policy_never_true"),
        ('"Identifier;use=usual|old": drop\n  "Identifier;use=old": mask', "policy_unreachable"),
        ('"Identifier;system=urn:*": drop\n  "Identifier;system=urn:x;use=old": mask', "policy_unreachable"),
        ("uri: pseudonymise", "policy_derived_code"),
        ("xhtml: mask", "policy_unreachable"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(tmp_path, line, code):
    with pytest.raises(PlummerError) as caught:
        loaded(tmp_path, f"{HEAD}types:\n  {line}\n")
    assert caught.value.code == code
    assert "line " in caught.value.ref


@pytest.mark.parametrize(
    "line",
    [
        "Patient.name.family: drop",
        "Patient.id: drop",
        "Attachment.data: drop",
        "Narrative.div: drop",
        "Patient.contact.gender: drop",
        "Observation.value[x].unit: drop",
    ],
)
def test_a_rule_that_never_decides_is_refused(tmp_path, line):
    with pytest.raises(PlummerError, match=r"policy_(unreachable|unknown_path)"):
        loaded(tmp_path, f"{HEAD}paths:\n  {line}\n")


def test_a_code_system_that_an_earlier_prefix_takes_is_refused(tmp_path):
    with pytest.raises(PlummerError, match="policy_unreachable"):
        loaded(tmp_path, HEAD + 'code_systems:\n  "http://hl7.org/fhir/sid/*": digits\n')
    loaded(tmp_path, HEAD + 'code_systems:\n  "http://hl7.org/fhir/sid/x": digits\n')


def test_a_choice_that_is_answered_type_by_type_leaves_nothing_for_its_own_rule(tmp_path):
    text = HEAD + "paths:\n  Patient.deceased[x]: mask\n  Patient.deceasedBoolean: keep\n"
    loaded(tmp_path, text)
    with pytest.raises(PlummerError, match="policy_unreachable"):
        loaded(tmp_path, text + "  Patient.deceasedDateTime: date\n")
