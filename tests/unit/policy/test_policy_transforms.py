"""Bands, cases, constants, noise, pseudonyms: what the policy allows, and what comes out."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_files import EXPERT, HEAD, loaded, scrub_with

from plummer.deid.policy import load_policy
from plummer.deid.policy.model import Rule
from plummer.deid.policy.parameters import Perturb
from plummer.deid.structure.json import decode, number_text
from plummer.deid.structure.transforms import perturb_act
from plummer.schemas.errors import PlummerError


def observed(policy, **fields):
    return scrub_with(policy, {"resourceType": "Observation", **fields})


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("{action: generalise, width: 5}", 12.4, 10),
        ("{action: generalise, width: 0.5}", 12.4, 12.0),
        ("{action: generalise, width: 5}", -1, -5),
        ("{action: generalise, bounds: [0, 18, 65]}", 64.9, 18),
        ("{action: generalise, bounds: [0, 18, 65]}", 65, 65),
        ("{action: generalise, cases: [{from: 1, below: 3, to: 2}, {values: [9], to: 8.5}]}", 9.0, 8.5),
        ("{action: generalise, cases: [{from: 1, below: 3, to: 2}], others: keep}", 7, 7),
        ("{action: substitute, value: 1.5}", 99, 1.5),
    ],
)
def test_a_number_is_made_coarser(tmp_path, rule, value, expected):
    policy = loaded(tmp_path, f"{HEAD}paths:\n  Quantity.value: {rule}\n")
    assert observed(policy, valueQuantity={"value": value})["valueQuantity"]["value"] == expected


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("{action: generalise, bounds: [0, 18]}", -1),
        ("{action: generalise, cases: [{values: [9], to: 8}]}", 3),
        ("{action: generalise, width: 5}", 1e300),
        ("{action: generalise, width: 5}", "12"),
    ],
)
def test_what_no_band_holds_is_masked(tmp_path, rule, value):
    policy = loaded(tmp_path, f"{HEAD}paths:\n  Quantity.value: {rule}\n")
    quantity = observed(policy, valueQuantity={"value": value})["valueQuantity"]
    assert "value" not in quantity
    assert quantity["_value"]["extension"][0]["valueCode"] == "masked"


def test_codes_and_texts_become_one_of_the_cases(tmp_path):
    text = HEAD + (
        "paths:\n"
        "  Patient.gender:\n"
        "    {action: generalise, cases: [{values: [female, male], to: unknown}], others: keep}\n"
        "  CodeableConcept.text: {action: generalise, cases: [{values: [a], to: b}], others: phrase}\n"
    )
    policy = loaded(tmp_path, text)
    for gender, expected in (("female", "unknown"), ("other", "other")):
        assert scrub_with(policy, {"resourceType": "Patient", "gender": gender})["gender"] == expected
    assert observed(policy, code={"text": "a"})["code"]["text"] == "b"
    assert observed(policy, code={"text": "c"})["code"]["text"] == "c"


def test_a_date_keeps_its_year_or_month_after_the_shift(tmp_path):
    text = EXPERT + (
        "paths:\n"
        "  Patient.birthDate: {action: generalise, to: year}\n"
        "  Condition.recordedDate: {action: generalise, to: month}\n"
    )
    policy = loaded(tmp_path, text)
    assert scrub_with(policy, {"resourceType": "Patient", "birthDate": "1970-01-15"})["birthDate"] == "1969"
    condition = {"resourceType": "Condition", "recordedDate": "2020-03-15T10:00:00Z"}
    assert scrub_with(policy, condition)["recordedDate"] == "2020-02"


def test_a_constant_may_be_an_object(tmp_path):
    policy = loaded(
        tmp_path, HEAD + 'paths:\n  Patient.name: {action: substitute, value: {family: X, given: ["Y"]}}\n'
    )
    out = scrub_with(policy, {"resourceType": "Patient", "name": [{"family": "Doe"}, {"text": "Jo"}]})
    assert out["name"] == [{"family": "X", "given": ["Y"]}] * 2


NUMBERS = st.decimals(-10000, 10000, places=2, allow_nan=False)


@given(NUMBERS, st.sampled_from(["fixed", "proportional"]), st.integers(0, 4))
def test_noise_stays_within_half_the_span_and_repeats(number, of, digits):
    from types import SimpleNamespace

    from plummer.deid.policy import Action

    told = Perturb("0.2", of, digits)
    act = perturb_act(Rule("path", "x", Action.PERTURB, (), told), "decimal", "x")

    def noisy(secret):
        subject = SimpleNamespace(context=SimpleNamespace(secret=secret))
        return act(decode(str(number)), SimpleNamespace(subject=subject), {})

    found = Decimal(number_text(noisy(b"a")))
    limit = abs(number) * Decimal("0.1") if of == "proportional" else Decimal("0.1")
    assert abs(found - number) <= limit + Decimal(1).scaleb(-digits)
    assert number_text(noisy(b"a")) == number_text(noisy(b"a"))
    assert noisy(b"").extensions


def test_noise_differs_between_subjects_and_never_makes_an_age_of_ninety(tmp_path):
    policy = loaded(tmp_path, HEAD + "paths:\n  Condition.onsetAge: {action: perturb, span: 8, digits: 0}\n")
    found = set()
    for number in range(200):
        age = {"value": 89, "unit": "a", "code": "a", "system": "http://unitsofmeasure.org"}
        out = scrub_with(policy, {"resourceType": "Condition", "onsetAge": age}, secret=str(number).encode())
        found.add(out["onsetAge"].get("value"))
    assert None in found
    assert len(found) > 3
    assert max(value for value in found if value is not None) <= 89


IDENTIFIED = {"system": "urn:x", "value": "A1"}


@pytest.mark.parametrize("head", [HEAD, EXPERT])
def test_an_identifier_has_one_pseudonym_whoever_has_it(tmp_path, head):
    policy = loaded(tmp_path, head + "types:\n  Identifier: pseudonymise\n")

    def found(kind, secret=b"s", **identifier):
        return scrub_with(policy, {"resourceType": kind, "identifier": [identifier]}, secret)["identifier"][0]

    claim = found("Claim", **IDENTIFIED)
    assert claim == found("Patient", b"t", **IDENTIFIED) == found("Claim", b"", system="urn:x", value=" A1 ")
    others = [{"system": "urn:y", "value": "A1"}, {"system": "urn:x", "value": "A2"}, {"value": "A1"}]
    assert len({claim["value"], *(found("Claim", **other)["value"] for other in others)}) == 4
    assert len(claim["value"]) == 26
    assert "system" not in claim
    assert "A1" not in json.dumps(claim)


def test_an_identifier_without_a_pseudonym_is_masked(tmp_path):
    policy = loaded(
        tmp_path,
        EXPERT + "types:\n  Identifier: pseudonymise\npaths:\n  Coverage.subscriberId: pseudonymise\n",
    )
    coverage = {"resourceType": "Coverage", "identifier": [IDENTIFIED], "subscriberId": "A1"}
    out = scrub_with(policy, coverage, identify=lambda *_: None)
    assert "value" not in out["identifier"][0]
    assert "subscriberId" not in out
    assert out["_subscriberId"]["extension"][0]["valueCode"] == "masked"


def test_a_text_has_one_pseudonym_at_its_path(tmp_path):
    policy = loaded(
        tmp_path,
        EXPERT + "paths:\n  Coverage.subscriberId: pseudonymise\n  Coverage.dependent: pseudonymise\n",
    )
    one = scrub_with(policy, {"resourceType": "Coverage", "subscriberId": "A1", "dependent": "A1"})
    two = scrub_with(policy, {"resourceType": "Coverage", "subscriberId": "A1"}, secret=b"t")
    assert one["subscriberId"] == two["subscriberId"] != one["dependent"]


@pytest.mark.parametrize(
    "line",
    [
        "Quantity.value: {action: generalise}",
        "Quantity.value: {action: generalise, width: 0}",
        "Quantity.value: {action: generalise, width: 5, bounds: [1]}",
        "Quantity.value: {action: generalise, bounds: [2, 1]}",
        "Quantity.value: {action: generalise, to: year}",
        "Quantity.value: {action: generalise, cases: []}",
        "Quantity.value: {action: generalise, cases: [{values: [1], to: x}]}",
        "Quantity.value: {action: generalise, cases: [{to: 1}]}",
        "Quantity.value: {action: perturb}",
        "Quantity.value: {action: perturb, span: -1}",
        "Quantity.value: {action: perturb, span: 1, of: whim}",
        "Quantity.value: {action: perturb, span: 1, digits: 10}",
        "Quantity.value: {action: keep, width: 5}",
        "Patient.multipleBirthInteger: {action: generalise, width: 0.5}",
        "Patient.gender: {action: substitute, value: Jane}",
        "Patient.gender: {action: generalise, cases: [{values: [male], to: Jane}]}",
        "Patient.birthDate: {action: substitute, value: 2020-01-01}",
        "Patient.generalPractitioner: {action: substitute, value: {display: X}}",
        "Patient.name: {action: substitute, value: {nickname: X}}",
        "Patient.name: {action: substitute, value: {given: X}}",
        "Patient.name: {action: substitute, value: {}}",
        "CodeableConcept.text: {action: generalise, cases: [{values: [a], to: b}], others: keep}",
        "Patient.gender: {action: generalise, width: 5}",
    ],
)
def test_a_parameter_that_means_nothing_is_refused(tmp_path, line):
    with pytest.raises(PlummerError, match="policy_bad_parameter") as caught:
        loaded(tmp_path, f"{HEAD}paths:\n  {line}\n")
    assert "Jane" not in str(caught.value)


def test_calendar_precision_has_no_place_beside_relative_days(tmp_path):
    with pytest.raises(PlummerError, match="policy_time_mode"):
        loaded(tmp_path, HEAD + "paths:\n  Condition.recordedDate: {action: generalise, to: year}\n")


def test_a_policy_with_conditions_and_parameters_can_be_pickled(tmp_path):
    import pickle

    text = (
        EXPERT
        + 'types:\n  "Identifier;use=usual": pseudonymise\npaths:\n  Age.value: {action: perturb, span: 1}\n'
    )
    policy = loaded(tmp_path, text)
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 (our own bytes)
    assert load_policy("safe_harbor") != policy
