"""What is kept of the coded content, and that each kind of damage to a subject's time is counted (D-16)."""

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpers import EchoingCleaner

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.deid.structure.content import Part, content_of
from plummer.deid.structure.fidelity import Fidelity, Share
from plummer.deid.structure.invariance import Violations
from plummer.deid.synth import generate
from plummer.schemas.fhir import resource_types

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o",
    "meta": {"tag": [{"system": "http://x.invalid", "code": "x"}], "lastUpdated": "2020-01-01T00:00:00Z"},
    "identifier": [{"type": {"coding": [{"system": "http://hospital.invalid", "code": "MR"}]}, "value": "7"}],
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Pulse"}], "text": "HR"},
    "effectiveDateTime": "2019-05-01T10:00:00Z",
    "valueQuantity": {"value": 72, "comparator": "<", "unit": "/min", "system": "http://unitsofmeasure.org",
                      "code": "/min"},
    "note": [{"text": "said so", "time": "2019-05-02"}],
    "component": [{"code": {"text": "x"}, "valueInteger": 3}, {"code": {"text": "y"}, "valueBoolean": True}],
}  # fmt: skip
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1950-02-03"}


def stay(name: str, start: str, end: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": name,
        "status": "finished",
        "period": {"start": start, "end": end},
    }


STAYS = [
    stay("a", "2019-05-01T10:00:00Z", "2019-05-04T09:00:00Z"),
    stay("b", "2019-05-01T12:00:00Z", "2019-05-01T12:30:00Z"),
    stay("c", "2020-02-29", "2020-03-02"),
]


def audited(pairs: list[tuple[Any, Any]], mode: TimeMode = TimeMode.SHIFT) -> Fidelity:
    found = Fidelity(mode, "UTC")
    found.enter(subject=True)
    for before, after in pairs:
        found.compare(json.dumps(before), None if after is None else json.dumps(after))
    found.leave()
    return found


def shifted(resources: list[Any], back: int = 9) -> list[Any]:
    """Every date of the period moved, written without the product's code."""

    def move(text: str) -> str:
        return (date.fromisoformat(text[:10]) - timedelta(days=back)).isoformat() + text[10:]

    return [r | {"period": {end: move(text) for end, text in r["period"].items()}} for r in resources]


def test_every_kind_of_content_is_counted_and_nothing_else() -> None:
    found = content_of(OBSERVATION)
    assert sorted((str(part), path, text) for part, path, text in found.parts) == [
        ("code", "code.coding.code", "8867-4"),
        ("code", "code.coding.system", "http://loinc.org"),
        ("status", "status", "final"),
        ("unit", "valueQuantity.code", "/min"),
        ("unit", "valueQuantity.unit", "/min"),
        ("value", "component.valueBoolean", "True"),
        ("value", "component.valueInteger", "3"),
        ("value", "valueQuantity.comparator", "<"),
        ("value", "valueQuantity.value", "72"),
    ]
    assert [time.path for time in found.times] == ["effectiveDateTime"]


def test_persons_and_bills_have_times_but_no_clinical_content() -> None:
    for resource in (PATIENT, {"resourceType": "Claim", "status": "active", "created": "2020-01-01"}):
        found = content_of(resource)
        assert found.parts == []
        assert [(time.clinical, time.start[0] is None) for time in found.times] == [(False, False)]
    assert not audited([(PATIENT, PATIENT)], TimeMode.KEEP).content


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"status": None}, Part.STATUS),
        ({"valueQuantity": {**OBSERVATION["valueQuantity"], "value": 73}}, Part.VALUE),
        ({"valueQuantity": {**OBSERVATION["valueQuantity"], "code": None}}, Part.UNIT),
        ({"code": {"coding": [{**OBSERVATION["code"]["coding"][0], "code": None}]}}, Part.CODE),
        ({"effectiveDateTime": None}, Part.TIME),
        ({"component": OBSERVATION["component"][1:]}, Part.VALUE),
    ],
)
def test_what_is_dropped_or_changed_lowers_the_share(changed: dict[str, Any], part: Part) -> None:
    found = audited([(OBSERVATION, OBSERVATION | changed)], TimeMode.KEEP).content
    for (_, one), share in found.items():
        assert share.source - share.kept == int(one is part), one
    assert ("Observation", part) in found


def test_a_refused_record_has_lost_all() -> None:
    found = audited([(OBSERVATION, None)])
    assert all(share.source > 0 == share.kept for share in found.content.values())
    assert found.resources == {"Observation": 1}
    assert (found.time.total, found.time.missing) == (0, 1)


def test_a_relative_day_is_a_time_and_a_mark_alone_is_none() -> None:
    def marked(*extensions: dict[str, Any]) -> Share:
        after = OBSERVATION | {
            "effectiveDateTime": None,
            "_effectiveDateTime": {"extension": list(extensions)},
        }
        return audited([(OBSERVATION, after)], TimeMode.RELATIVE).content["Observation", Part.TIME]

    absent = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    assert marked(absent) == Share(1, 0)
    assert marked(absent, {"url": "urn:plummer:relative-day", "valueInteger": 0}) == Share(1, 1)


def test_a_policy_that_drops_a_value_lowers_the_share(tmp_path: Path) -> None:
    path = tmp_path / "less.yaml"
    path.write_text(
        "extends: safe_harbor\nversion: '1.0.0'\nprofile: expert_determination\ntime_mode: shift\n"
        "paths:\n  Observation.value[x]: drop\n"
    )
    dates = DateContext(TimeMode.SHIFT, shift_days=9)
    context, shares = SubjectContext("4", dates), []
    for policy in (load_policy("expert_determination"), load_policy(str(path))):
        body = Scrubber(policy, EchoingCleaner()).scrub(json.dumps(OBSERVATION), context, "x").body
        found = audited([(OBSERVATION, json.loads(body))])
        shares.append(found.content["Observation", Part.VALUE])
        assert found.time.total == 0
    # the quantity's value and comparator went; the components' values stay
    assert shares == [Share(4, 4), Share(4, 2)]


def test_a_shift_in_whole_days_violates_nothing() -> None:
    found = audited(list(zip(STAYS, shifted(STAYS), strict=True)))
    assert (found.time.total, found.time.missing, found.subjects) == (0, 0, 1)
    assert found.time.events == 9  # both ends of three stays, and the stays


@pytest.mark.parametrize(
    ("place", "period", "kinds"),
    [
        (0, {"end": "2019-04-25T09:00:01Z"}, {"intervals", "stays"}),
        (1, {"start": "2019-04-22T00:59:00Z", "end": "2019-04-22T01:29:00Z"}, {"intervals", "order"}),
        (2, {"start": "2020-02-29", "end": "2020-03-02"}, {"intervals", "unshifted"}),
    ],
)
def test_damage_to_one_stay_is_counted(place: int, period: dict[str, str], kinds: set[str]) -> None:
    after = shifted(STAYS)
    after[place] = after[place] | {"period": {**after[place]["period"], **period}}
    found = audited(list(zip(STAYS, after, strict=True))).time
    assert {name for name in Violations.__slots__ if getattr(found, name)} - {"events"} == kinds


def test_another_shift_for_one_of_a_subjects_records_is_counted() -> None:
    after = [*shifted(STAYS[:2], 9), *shifted(STAYS[2:], 10)]
    assert audited(list(zip(STAYS, after, strict=True))).time.intervals == 1
    # two subjects may well have two shifts
    found = Fidelity(TimeMode.SHIFT, "UTC")
    for before, new in zip(STAYS, after, strict=True):
        found.enter(subject=True)
        found.compare(json.dumps(before), json.dumps(new))
    found.leave()
    assert (found.time.total, found.subjects) == (0, 3)


def test_a_birth_date_that_moves_alone_is_counted() -> None:
    pairs = [(PATIENT, PATIENT | {"birthDate": "1950-01-25"}), *zip(STAYS, shifted(STAYS), strict=True)]
    assert audited(pairs).time.total == 0
    pairs[0] = (PATIENT, PATIENT | {"birthDate": "1951-01-25"})
    assert audited(pairs).time.intervals == 1


def test_a_stated_age_is_compared_with_the_true_one() -> None:
    def aged(*extensions: dict[str, Any]) -> Violations:
        patient = {"resourceType": "Patient", "_birthDate": {"extension": list(extensions)}}
        first = OBSERVATION | {
            "effectiveDateTime": None,
            "_effectiveDateTime": {"extension": [{"url": "urn:plummer:relative-day", "valueInteger": 0}]},
        }
        return audited([(PATIENT, patient), (OBSERVATION, first)], TimeMode.RELATIVE).time

    assert aged({"url": "urn:plummer:age-at-first-event", "valueInteger": 69}).ages == 0
    assert aged({"url": "urn:plummer:age-at-first-event", "valueInteger": 70}).ages == 1
    assert aged({"url": "urn:plummer:age-90-plus", "valueBoolean": True}).ages == 1


def test_list_items_that_went_are_missing_and_more_than_there_were_is_added() -> None:
    def requested(*days: str) -> dict[str, Any]:
        return {
            "resourceType": "ServiceRequest",
            "status": "active",
            "occurrenceTiming": {"event": list(days)},
        }

    before = requested("2019-05-01", "2019-06-01")
    assert audited([(before, requested("2019-05-01"))]).time == Violations(missing=2)
    more = audited([(before, requested("2019-04-01", "2019-05-02", "2019-05-09"))]).time
    assert (more.events, more.added, more.total) == (2, 1, 1)


def test_partial_dates_are_held_to_nothing_and_counted_as_kept() -> None:
    before = {"resourceType": "Condition", "onsetDateTime": "2019-05"}
    found = audited([(before, before | {"onsetDateTime": "2018-01"})])
    assert (found.time.events, found.time.total) == (0, 0)
    assert found.content["Condition", Part.TIME] == Share(1, 1)


@pytest.mark.parametrize("profile", ["safe_harbor", "expert_determination", "limited_data_set"])
def test_the_scrubber_violates_nothing_on_synthetic_patients(profile: str, tmp_path_factory: Any) -> None:
    """Whole synthetic patients through the scrubber, as the pipeline does it, with no text engine."""
    folder = tmp_path_factory.mktemp("synth") / "export"
    generate(4, 3, folder)
    policy = load_policy(profile)
    scrubber = Scrubber(policy, EchoingCleaner())
    found = Fidelity(policy.time_mode, policy.site_timezone)
    for patient, bodies in _compartments(folder).items():
        dates = DateContext(policy.time_mode, first=date(1950, 1, 1), last=date(2030, 1, 1),
                            shift_days=41 if policy.time_mode is TimeMode.SHIFT else 0)  # fmt: skip
        context = SubjectContext(patient, dates)
        found.enter(subject=True)
        for body in bodies:
            found.compare(body, scrubber.scrub(body, context, "x").body)
    found.leave()
    assert found.subjects == 4
    assert found.time.events > 400
    assert found.time.total == 0
    total = sum(found.content.values(), Share())
    assert total.source > 2_000
    assert total.kept / total.source >= 0.99


def _compartments(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.ndjson")):
        for line in path.read_text("utf-8").splitlines():
            resource = json.loads(line)
            subject = resource.get("subject") or resource.get("patient") or {}
            name = resource["id"] if path.stem == "Patient" else subject.get("reference", "")[8:]
            if name:
                found.setdefault(name, []).append(line)
    return {name: lines for name, lines in found.items() if len(lines) > 1}


@pytest.mark.shared
@pytest.mark.parametrize(("profile", "least"), [("expert_determination", 0.99), ("safe_harbor", 0.97)])
def test_content_of_a_real_export_is_kept(profile: str, least: float, shared: Path) -> None:
    """Issue B's floor, by the product's own count, on every 29th record of each file."""
    policy = load_policy(profile)
    shift = 41 if policy.time_mode is TimeMode.SHIFT else 0
    dates = DateContext(policy.time_mode, first=date(1938, 1, 1), last=date(2026, 12, 1), shift_days=shift)
    scrubber, found = Scrubber(policy, EchoingCleaner()), Fidelity(policy.time_mode, policy.site_timezone)
    found.enter(subject=True)
    context = SubjectContext("4", dates)
    for path in sorted((shared / "synthea-ma-s20251-100" / "bulk").glob("*.ndjson.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines()[::29]:
            found.compare(line, scrubber.scrub(line, context, "x").body)
    found.leave()
    total = sum(found.content.values(), Share())
    assert total.source > 20_000
    assert total.kept / total.source >= least
    # records of many subjects under one shift are still one wall clock
    assert found.time.total == 0


def test_no_type_of_r4_breaks_the_walk() -> None:
    from helpers import planted

    for kind in sorted(resource_types()):
        resource = {"resourceType": kind, **planted(kind, "x", 2)}
        found = audited([(resource, resource)], TimeMode.KEEP)
        assert all(share.source == share.kept for share in found.content.values())
        assert found.time.total == 0
