"""Encounters of an export that came in half: marked, or withheld with what names them, until it is whole."""

import json

import pytest
from incremental_world import condition, encounter, note, patient, practitioner

from plummer.pipelines.ledger import Ledger
from plummer.pipelines.outcome import incomplete
from plummer.schemas.flags import INCOMPLETE_ENCOUNTER
from plummer.schemas.tables import DEID_NOTES, DEID_RESOURCES, EVENTS, INCOMPLETE, RESOURCES, SUBJECTS

pytestmark = [pytest.mark.spark, pytest.mark.slow]
FIRST, MAY, JUNE = (f"2024-0{n}-01T00:00:00Z" for n in (4, 5, 6))


def at(resource, name):
    return {**resource, "encounter": {"reference": f"https://h.invalid/fhir/Encounter/{name}/_history/1"}}


def in_context(resource, name):
    return {**resource, "context": {"encounter": [{"reference": f"Encounter/{name}"}]}}


def ward(n):
    """A patient with a visit, a condition and a note of it, and a condition of none."""
    day = f"2019-0{n}"
    return [
        patient(f"p{n}"), encounter(f"e{n}", f"p{n}", f"{day}-10"),
        at(condition(f"c{n}", f"p{n}", f"{day}-11"), f"e{n}"), condition(f"x{n}", f"p{n}", f"{day}-20"),
        in_context(note(f"n{n}", f"p{n}", f"{day}-12", "Felt well."), f"e{n}"),
    ]  # fmt: skip


def export(folder, resources, when, since="", lost=()):
    """A bulk export; of the types in `lost` the manifest names a file that isn't there."""
    folder.mkdir(parents=True, exist_ok=True)
    by_type = {}
    for resource in resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    for kind, rows in by_type.items():
        (folder / f"{kind}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    output = [{"type": kind, "url": f"https://e.invalid/{kind}.ndjson"} for kind in (*by_type, *lost)]
    request = "https://e.invalid/fhir/Group/g/$export" + (f"?_since={since}" if since else "")
    told = {"transactionTime": when, "output": output, "request": request}
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Six patients whole, two more of an export below it that lost its observations; then what lacks."""
    root = tmp_path_factory.mktemp("half")
    whole = [practitioner("dr1", "Quolpha"), *(row for n in range(1, 7) for row in ward(n))]
    export(root / "first" / "late", [row for n in (7, 8) for row in ward(n)], MAY, FIRST, ("Observation",))
    return export(root / "first", whole, FIRST), export(root / "rest", [patient("p9")], JUNE, FIRST)


def flagged(hospital):
    return [row for row in hospital.rows(EVENTS) if INCOMPLETE_ENCOUNTER in row["flags"]]


def test_events_of_a_half_loaded_encounter_are_marked_until_the_rest_is_there(world, hospital):
    first, rest = world
    hospital.deliver(first)
    marked = flagged(hospital)
    visits = {row["encounter_id"] for row in marked}
    assert len(visits) == 2
    assert {row["source_table"] for row in marked} == {"Encounter", "Condition", "DocumentReference"}
    assert len(marked) == hospital.count(EVENTS, f"encounter_id in {tuple(visits)}")
    assert incomplete(Ledger(hospital.home.ledger)) == {"encounters": 2, "withheld": {}}
    told = hospital.deliver(rest)
    assert flagged(hospital) == []
    # those whose flags went, and the one who came
    assert (told["timeline"]["whole"], told["timeline"]["n"], told["scrub"]["n"]) == (False, 3, 1)


def policy_that_drops(folder):
    path = folder / "drop.yaml"
    head = "extends: safe_harbor\nprofile: safe_harbor\nversion: 1.0.0-d\n"
    path.write_text(f"{head}incomplete_encounters: drop\n")
    return str(path)


def test_a_policy_withholds_them_with_all_that_names_them_and_the_account_closes(
    world, hospital_at, tmp_path
):
    first, rest = world
    hospital = hospital_at(tmp_path / "home", policy_that_drops(tmp_path))
    hospital.deliver(first)
    withheld = {"Condition": 2, "DocumentReference": 2, "Encounter": 2}
    assert incomplete(Ledger(hospital.home.ledger)) == {"encounters": 2, "withheld": withheld}
    landed, made = hospital.count(RESOURCES), hospital.count(DEID_RESOURCES)
    assert landed == made + hospital.count(INCOMPLETE, "withheld") == made + sum(withheld.values())
    assert (hospital.count(DEID_NOTES), flagged(hospital)) == (6, [])
    assert hospital.count(SUBJECTS) == 8  # of whom two have what they have beside the visit
    told = hospital.deliver(rest)
    assert hospital.count(INCOMPLETE) == 0
    assert (hospital.count(DEID_RESOURCES), hospital.count(DEID_NOTES)) == (hospital.count(RESOURCES), 8)
    assert (told["scrub"]["whole"], told["scrub"]["n"]) == (False, 3)
    assert hospital.whole(tmp_path / "whole").hashes() == hospital.hashes()
