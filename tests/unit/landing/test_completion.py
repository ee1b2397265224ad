"""What is whole as of when: by an export's own words, and only where it came as it says."""

import json

import pytest

from plummer.pipelines.deliveries import discover, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.landing.completion import OTHERS, completion
from plummer.pipelines.landing.standing import half_loaded, standing

TIME = "2024-05-01T00:00:00Z"
LINE = '{"resourceType":"Patient","id":"a"}\n'


def delivered(folder, *, asked="", names=("Patient", "Condition"), count=1, time=TIME):
    """A folder with two files, and a manifest that names some."""
    folder.mkdir(parents=True)
    for name in ("Patient", "Condition"):
        (folder / f"{name}.ndjson").write_text(LINE)
    output = [{"type": n, "url": f"https://e.invalid/{n}.ndjson", "count": count} for n in names]
    told = {"transactionTime": time, "output": output, "request": f"https://e.invalid/fhir{asked}"}
    (folder / "manifest.json").write_text(json.dumps(told))
    return discover("fhir", "main", str(folder))


def rows(delivery, **accounts):
    files = {file.path: accounts.get(file.path[:7], FileAccount(1, 1)) for file in delivery.files}
    found = completion({file.path: file.told for file in delivery.files}, delivery.exports, files)
    return {row[2]: row[1:2] + row[4:] for row in found}


def test_types_of_a_group_with_what_was_asked_for(tmp_path):
    """A type that was asked for and has no file is whole: there is nothing of it."""
    asked = "/Group/g-1/$export?_type=Patient,Condition,Device,Shoe&_since=2024-01-01T00:00:00Z"
    delivery = delivered(tmp_path / "in", asked=asked)
    since = "2024-01-01T00:00:00Z"
    assert rows(delivery) == {
        "Condition": ("g-1", since, None, 1, 1),
        "Device": ("g-1", since, None, 0, 0),
        "Patient": ("g-1", since, None, 1, 1),
    }
    home = Home.at(tmp_path / "home")
    register(home, delivery)
    assert load(home, delivery.delivery_id) == delivery


@pytest.mark.parametrize(
    ("told", "accounts", "reasons"),
    [
        ({"count": 2}, {}, {"count_mismatch"}),
        ({}, {"Patient": FileAccount(1, 0, 0, 1), "Conditi": FileAccount(1, 0, 0, 1)}, {"quarantined"}),
        ({"time": "yesterday"}, {}, {"time_missing"}),
        ({"names": ("Patient", "Condition", "Device")}, {}, {None, "missing_file"}),
    ],
    ids=["count", "refused", "time", "missing"],
)
def test_what_did_not_come_as_told_is_not_whole(tmp_path, told, accounts, reasons):
    found = rows(delivered(tmp_path / "in", **told), **accounts)
    assert {row[2] for kind, row in found.items() if kind != OTHERS} == reasons


def test_a_file_that_came_before_is_as_whole_as_it_was_then(tmp_path):
    delivery = delivered(tmp_path / "in")
    files = {file.path: FileAccount(1, 0, 1) for file in delivery.files}
    told = {file.path: file.told for file in delivery.files}
    found = completion(told, delivery.exports, files, frozenset({"Patient.ndjson"}))
    assert {row[2]: row[5] for row in found} == {"Condition": None, "Patient": "quarantined", OTHERS: None}


def row(time, since=None, reason=None, kind="Patient"):
    return {
        "site": "main", "load_id": f"d{time}", "file": "manifest.json", "group": "Gudrun", "since": since,
        "resource_type": kind, "exported_at": f"2024-0{time}-01T00:00:00Z", "reason": reason,
    }  # fmt: skip


def test_what_changed_since_adds_to_what_was_whole_then(tmp_path):
    """A gap between two exports, or one that isn't whole, leaves what stood before."""
    whole, next_, gap = row(1), row(2, "2024-01-01T00:00:00Z"), row(4, "2024-03-01T00:00:00Z")
    assert [one["as_of"] for one in standing([next_, whole])] == ["2024-02-01T00:00:00Z"]
    (state,) = standing([whole, next_, gap])
    assert (state["as_of"], state["reason"], state["load_id"]) == ("2024-02-01T00:00:00Z", "gap_before", "d2")
    (state,) = standing([whole, row(5, reason="missing_file")])
    assert (state["as_of"], state["reason"]) == ("2024-01-01T00:00:00Z", "missing_file")
    (state,) = standing([row(3, "2024-01-01T00:00:00Z")])
    assert (state["as_of"], state["group"]) == (None, 1)
    assert "Gudrun" not in str(standing([whole, gap]))


def exported(time, *kinds, since=None, lost=()):
    return [row(time, since, "missing_file" if kind in lost else None, kind) for kind in (*kinds, *lost)]


MAY = "2024-05-01T00:00:00Z"


def test_an_export_is_half_loaded_until_all_types_of_its_group_are_whole_as_of_it():
    half = exported(5, "Patient", "Encounter", lost=("Observation",))
    assert half_loaded(half) == [("main", "d5", "manifest.json")]
    assert half_loaded([*half, *exported(6, "Patient", "Encounter", "Observation")]) == []
    assert half_loaded([*half, *exported(5, "Observation")]) == []
    # observations as of earlier than the encounters lack what belongs to these
    earlier = [*exported(4, "Observation"), *exported(5, "Encounter")]
    assert half_loaded(earlier) == [("main", "d5", "manifest.json")]
    assert half_loaded([]) == half_loaded(exported(5, "Encounter")) == []


def test_what_changed_since_is_half_loaded_alone():
    whole, more = (
        exported(5, "Encounter", "Observation"),
        exported(6, "Encounter", since=MAY, lost=("Observation",)),
    )
    assert half_loaded([*more, *whole]) == [("main", "d6", "manifest.json")]
    assert half_loaded([{**one, "exported_at": None, "reason": "time_missing"} for one in whole]) != []


def test_a_type_that_was_asked_for_and_not_named_had_nothing_new():
    """An incremental export without ``_type`` has no file of a type of which nothing changed."""
    whole = exported(5, "Encounter", "Observation", OTHERS)
    nothing_new = exported(6, "Encounter", OTHERS, since=MAY)
    assert half_loaded([*whole, *nothing_new]) == []
    # a type that comes for the first time was whole, being empty, before
    first = exported(7, "Condition", OTHERS, since="2024-06-01T00:00:00Z")
    assert half_loaded([*first, *whole, *nothing_new]) == []
    told = {one["resource_type"]: one["as_of"] for one in standing([*first, *whole, *nothing_new])}
    assert told == dict.fromkeys(("Condition", "Encounter", "Observation"), "2024-07-01T00:00:00Z")
    # one that asks for types says nothing of others
    asked = exported(6, "Encounter", since=MAY)
    assert half_loaded([*whole, *asked]) == [("main", "d6", "manifest.json")]


def test_an_export_that_asks_for_no_types_asks_for_all(tmp_path):
    assert set(rows(delivered(tmp_path / "in"))) == {"Condition", "Patient", OTHERS}
