"""D-12 to D-15, constants under a shift: numbers, words and dates that tell an age or a shift are gone."""

import json
from datetime import date

import pytest
from helpers import EchoingCleaner, scrub

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber, population

AGE = {"coding": [{"system": "http://loinc.org", "code": "30525-0", "display": "Age"}]}
FIRST, LAST = date(2019, 5, 1), date(2020, 5, 1)
YOUNG = DateContext(TimeMode.RELATIVE, first=FIRST, last=LAST, birth=date(1950, 6, 1))
OLD = DateContext(TimeMode.RELATIVE, first=FIRST, last=LAST, birth=date(1927, 6, 1))
ANSWERS = [
    ({"valueInteger": 89}, True), ({"valueInteger": 90}, False), ({"valueQuantity": {"value": 91}}, False),
    ({"valueQuantity": {"value": 91, "unit": "years", "code": "a"}}, False),
    ({"valueQuantity": {"value": 91, "unit": "%", "code": "%"}}, True),
    ({"valueString": "92"}, False),
    ({"valueString": "ninety-two"}, False), ({"valueString": "45 years"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "stays"), ANSWERS, ids=range(len(ANSWERS)))
def test_an_age_in_any_type_is_closed_at_ninety(answer: dict, stays: bool) -> None:
    key = next(iter(answer))
    out, _ = scrub({"resourceType": "Observation", "code": AGE} | answer, SubjectContext("4", YOUNG))
    assert (out.get(key) == answer[key]) is stays
    item = {"linkId": "a", "text": "What is your age?", "answer": [answer]}
    out, _ = scrub({"resourceType": "QuestionnaireResponse", "item": [item]}, SubjectContext("4", YOUNG))
    assert (out["item"][0]["answer"][0].get(key) == answer[key]) is stays
    if answer.get("valueQuantity", {}).get("unit") != "%":
        out, _ = scrub({"resourceType": "Observation", "code": AGE} | answer, SubjectContext("4", OLD))
        assert out.get(key) != answer[key]  # 85 at first and a span of years would tell 93


@pytest.mark.parametrize("value", [1931, 2019])
def test_a_bare_number_that_is_a_year_goes(value: int) -> None:
    out, _ = scrub({"resourceType": "Observation", "valueInteger": value}, SubjectContext("4", YOUNG))
    assert str(value) not in json.dumps(out)
    quantity = {"value": value, "unit": "mL", "code": "mL"}
    out, _ = scrub({"resourceType": "Observation", "valueQuantity": quantity}, SubjectContext("4", YOUNG))
    assert out["valueQuantity"] == quantity


@pytest.mark.parametrize("value", [123456789, 2015550123, -123456789])
def test_a_number_as_long_as_an_identifier_goes(value: int) -> None:
    for answer in ({"valueInteger": value}, {"valueQuantity": {"value": value}}):
        out, _ = scrub({"resourceType": "Observation"} | answer, SubjectContext("4", YOUNG))
        assert str(value) not in json.dumps(out)


SHIFTED = DateContext(TimeMode.SHIFT, shift_days=33, last=date(2020, 5, 1))


@pytest.mark.parametrize(
    "text", ["1900-01-01", "9999-12-31", "0001-01-01", "1840-12-31", "1970-01-01T00:00:00Z"]
)
def test_a_placeholder_is_never_shifted(text: str) -> None:
    resource = {"resourceType": "Observation", "effectiveDateTime": text}
    out, _ = scrub(resource, SubjectContext("4", SHIFTED), "expert_determination")
    assert "effectiveDateTime" not in out


def test_a_date_89_years_before_the_last_event_goes_under_a_shift() -> None:
    resource = {"resourceType": "Condition", "onsetDateTime": "1928-03-01"}
    out, _ = scrub(resource, SubjectContext("4", SHIFTED), "expert_determination")
    assert "onsetDateTime" not in out


def test_a_day_that_many_subjects_share_is_dropped_and_counted() -> None:
    day = ("Coverage", "Period.start", date(2020, 1, 1))
    common = population([], [(day, 30), (("Coverage", "Period.end", date(2020, 1, 1)), 19)], 1_000, 11)
    assert common.days == {day}
    scrubber = Scrubber(load_policy("expert_determination"), EchoingCleaner(), common)
    body = json.dumps({"resourceType": "Coverage", "period": {"start": "2020-01-01", "end": "2020-01-01"}})
    made = scrubber.scrub(body, SubjectContext("4", SHIFTED), "x")
    assert set(json.loads(made.body)["period"]) == {"_start", "end"}
    assert made.actions["date.constant.mask"] == 1


def test_a_label_that_k_subjects_share_stays_as_it_is() -> None:
    coding = {
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code": "1049221",
        "display": "Qzxbrand 5",
    }
    body = json.dumps({"resourceType": "Medication", "code": {"coding": [coding]}})
    labels = [(tuple(coding.values()), 11)]
    for subjects, display in ((labels, "Qzxbrand 5"), ([(labels[0][0], 10)], None)):
        common = population(subjects, [], 100, 11)
        scrubber = Scrubber(load_policy("safe_harbor"), EchoingCleaner(), common)
        out = json.loads(scrubber.scrub(body, SubjectContext(), "x").body)
        assert out["code"]["coding"][0].get("display") == display


MARITAL = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
VENDOR = "urn:oid:1.2.840.114350.1.13.0.1.7.4.698084.130"


@pytest.mark.parametrize(
    ("coding", "kept"),
    [
        ({"system": VENDOR, "code": "0", "display": "cough"}, {"system": VENDOR, "code": "0"}),
        ({"system": VENDOR, "code": "12"}, {"system": VENDOR, "code": "12"}),
        ({"system": VENDOR, "code": "seen by her", "display": "cough"}, {"display": "cough"}),
        ({"code": "free typed"}, None),
        ({"system": "http://snomed.info/sct", "code": "73211008"}, None),
        ({"system": MARITAL, "code": "M", "display": "Rose White"},
         {"system": MARITAL, "code": "M", "display": "Married"}),
    ],
    ids=range(6),
)  # fmt: skip
def test_codings(coding: dict, kept: dict | None) -> None:
    out, _ = scrub({"resourceType": "Medication", "code": {"coding": [coding]}})
    assert out.get("code") == (None if kept is None else {"coding": [kept]})


def test_an_unknown_system_keeps_a_whole_number_but_not_its_own_name() -> None:
    coding = {"system": "http://hospital.invalid/Qzx", "code": "7"}
    out, _ = scrub({"resourceType": "Medication", "code": {"coding": [coding]}})
    assert out["code"]["coding"][0]["code"] == "7"
    assert "hospital" not in json.dumps(out)
