"""Taking over configurations of Tools for Health Data Anonymization."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.policy import Action
from plummer.deid.policy.load import examine_text
from plummer.deid.policy.ms_cases import read_cases
from plummer.deid.policy.ms_import import import_ms
from plummer.deid.policy.ms_paths import select
from plummer.deid.policy.trace import trace
from plummer.schemas.fhir import elements, types

PARTIAL = {
    "enablePartialAgesForRedact": True,
    "enablePartialDatesForRedact": True,
    "enablePartialZipCodesForRedact": True,
}


def imported(*rules, **parameters):
    told = [{"path": path, "method": method, **more} for path, method, more in rules]
    return import_ms(json.dumps({"fhirVersion": "R4", "fhirPathRules": told, "parameters": parameters}))


def rule(path, method, **more):
    return path, method, more


def statuses(found):
    return [(verdict.status, verdict.reason) for verdict in found.verdicts]


def action(found, path):
    return {outcome.rule.action for outcome in trace(found.policy, path)}


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("Patient.birthDate", ["Patient.birthDate"]),
        ("Observation.value", ["Observation.value[x]"]),
        ("(Condition.onset as Age)", ["Condition.onsetAge"]),
        ("Condition.onset.ofType(Age)", ["Condition.onsetAge"]),
        ("nodesByType('HumanName')", ["HumanName"]),
        ("nodesByType('Address').state", ["Address.state"]),
        ("Patient.nodesByType('HumanName').use", ["Patient.name.use", "Patient.contact.name.use"]),
        ("Patient.identifier.where(use = 'usual').value", ["Patient.identifier.value;../use=usual"]),
        ("nodesByName('udiCarrier')", ["Device.udiCarrier"]),
        ("Patient.address.postalCode", ["Patient.address.postalCode"]),
    ],
)
def test_an_expression_names_targets(path, keys):
    selected = select(path)
    assert not isinstance(selected, str)
    assert [one.key for one in selected] == keys


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("Patient", "whole_resource"),
        ("Patient.nickname", "unknown_path"),
        ("Patient.name[0]", "fhirpath"),
        ("Patient.name.exists()", "fhirpath"),
        ("Patient.name | Patient.contact", "fhirpath"),
        ("Patient.identifier.where(use='a|b')", "fhirpath"),
        ("Condition.onset as HumanName", "unknown_path"),
        ("invalid()", "fhirpath"),
        ("", "unknown_path"),
    ],
)
def test_what_it_cannot_name_has_a_reason(path, reason):
    assert select(path) == reason


def test_the_first_rule_of_a_node_wins_as_it_does_there():
    found = imported(
        rule("Patient.contact", "redact"),
        rule("Patient.contact.gender", "keep"),
        rule("nodesByType('HumanName')", "redact"),
        rule("Patient.name", "substitute", replaceWith={"family": "x"}),
    )
    assert [reason for _, reason in statuses(found)] == [
        "profile_rule", "earlier_rule", "profile_rule", "earlier_rule",
    ]  # fmt: skip


def test_shifting_makes_an_expert_determination_and_partial_dates_a_year():
    shifted = imported(rule("nodesByType('date')", "dateShift"), **PARTIAL)
    assert (shifted.policy.profile, str(shifted.policy.time_mode)) == ("expert_determination", "shift")
    assert action(shifted, "Patient.birthDate") == {Action.BIRTH}  # stricter than a plain date, so it stays
    years = imported(rule("nodesByType('date')", "redact"), **PARTIAL)
    assert (years.policy.profile, str(years.policy.time_mode)) == ("safe_harbor", "year")
    gone = imported(rule("nodesByType('date')", "redact"))
    assert action(gone, "Patient.birthDate") == {Action.DROP}


def test_an_address_keeps_what_the_configuration_keeps_of_it():
    found = imported(
        rule("nodesByType('Address').country", "keep"), rule("nodesByType('Address')", "redact"), **PARTIAL
    )
    names = ("country", "state", "city", "postalCode")
    kept = [action(found, f"Patient.address.{name}") for name in names]
    assert kept == [{Action.COUNTRY}, {Action.DROP}, {Action.DROP}, {Action.ZIP3}]


def test_a_name_keeps_its_use_where_the_configuration_keeps_it():
    found = imported(rule("nodesByType('HumanName').use", "keep"), rule("nodesByType('HumanName')", "redact"))
    assert action(found, "Patient.name.use") == {Action.CODE}
    for part in ("family", "given", "text", "prefix", "suffix", "period"):
        assert action(found, f"Patient.name.{part}") == {Action.DROP}


def test_a_type_that_goes_takes_the_profiles_own_paths_along():
    found = imported(rule("nodesByType('string')", "redact"), rule("nodesByType('base64Binary')", "redact"))
    for path in ("Observation.valueString", "DiagnosticReport.conclusion", "CodeableConcept.text"):
        assert action(found, path) == {Action.DROP}
    assert action(found, "Binary.data") == {Action.DROP}
    assert action(found, "DocumentReference.content.attachment.data") == {Action.DROP}


def test_hashes_become_pseudonyms_only_where_the_profile_allows_a_derived_code():
    hashed = rule("nodesByType('Identifier').value", "cryptoHash")
    shifted = imported(hashed, rule("nodesByType('date')", "dateShift"))
    assert action(shifted, "Patient.identifier") == {Action.PSEUDONYMISE}
    plain = imported(hashed, rule("Claim.identifier", "encrypt"), rule("Resource.id", "cryptoHash"))
    assert statuses(plain) == [
        ("stricter", "derived_code"),
        ("stricter", "reversible"),
        ("covered", "engine_id"),
    ]
    assert action(plain, "Patient.identifier.value") == {Action.DROP}


def test_noise_cases_and_constants_are_carried():
    found = imported(
        rule("Condition.onset as Age", "perturb", span=6, rangeType="fixed", roundTo=0),
        rule("Patient.gender", "generalize", cases={"$this = 'other'": "'unknown'"}, otherValues="keep"),
        rule("Patient.maritalStatus", "substitute", replaceWith={"text": "x"}),
        rule("nodesByType('positiveInt')", "generalize", cases={"true": "1"}),
    )
    assert {status for status, _ in statuses(found)} == {"carried"}
    assert action(found, "Condition.onsetAge") == {Action.PERTURB}
    assert action(found, "Patient.gender") == {Action.GENERALISE}
    assert action(found, "Patient.maritalStatus") == {Action.SUBSTITUTE}
    assert found.policy.by_type["positiveInt"].action is Action.SUBSTITUTE


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (rule("Organization.identifier", "keep"), "profile_drops"),
        (rule("Patient.name", "dateShift"), "not_a_date"),
        (rule("Patient.name", "shuffle"), "method"),
        (rule("Condition.onset as Age", "perturb"), "policy_bad_parameter"),
        (rule("Patient.gender", "generalize", cases={"$this.length() > 3": "'x'"}), "expression"),
        (
            rule("RiskAssessment.prediction.relativeRisk", "generalize", cases={"$this > 3": "4"}),
            "limit_inclusive",
        ),
        (rule("Patient.name.family", "substitute", replaceWith="x"), "policy_unreachable"),
        (rule("Patient.birthDate", "substitute", replaceWith="2020-01-01"), "policy_bad_parameter"),
        (rule("nodesByType('Coding').display", "redact"), "policy_unreachable"),
    ],
)
def test_what_is_not_carried_has_a_reason(told, reason):
    [verdict] = imported(told).verdicts
    assert verdict.status == "not_carried"
    assert verdict.reason in {reason, "still_passes"}


def test_a_case_is_a_set_or_a_half_open_range():
    assert read_cases({"cases": {"('a' | 'b') contains $this": "'c'"}})["cases"] == [
        {"values": ["a", "b"], "to": "c"}
    ]
    assert read_cases({"cases": {"$this >= 1.5 and $this < 3": "2"}})["cases"] == [
        {"from": 1.5, "below": 3, "to": 2}
    ]
    for predicate in ("$this >= 1 and $this >= 2", "$this in ('a' | $this)", "1 = 1"):
        assert read_cases({"cases": {predicate: "1"}}) == "expression"
    assert read_cases({}) == "expression"


PATHS = st.sampled_from(sorted(path.replace("[x]", "") for path in elements())) | st.sampled_from(
    [f"nodesByType('{name}')" for name in sorted(types())]
)
METHODS = st.sampled_from(["redact", "keep", "cryptoHash", "encrypt", "dateShift", "remove"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PATHS, METHODS), min_size=1, max_size=5), st.booleans())
def test_any_configuration_becomes_a_policy_that_passes_and_removes_what_it_says(rules, partial):
    found = imported(*(rule(path, method) for path, method in rules), **(PARTIAL if partial else {}))
    policy, findings = examine_text(found.text)
    assert findings == []
    assert policy.sha256 == found.policy.sha256
    assert len(found.verdicts) == len(rules)
    for verdict in found.verdicts:
        assert verdict.status in {"carried", "covered", "stricter", "not_carried"}
        assert bool(verdict.reason) or verdict.status == "carried"
