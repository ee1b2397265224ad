"""What is whole as of when: by an export's own words, and only where it came as it says."""

import json

import pytest

from plummer.pipelines.deliveries import discover, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.landing.completion import completion, standing

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
    assert {row[2] for row in rows(delivered(tmp_path / "in", **told), **accounts).values()} == reasons


def test_a_file_that_came_before_is_as_whole_as_it_was_then(tmp_path):
    delivery = delivered(tmp_path / "in")
    files = {file.path: FileAccount(1, 0, 1) for file in delivery.files}
    told = {file.path: file.told for file in delivery.files}
    found = completion(told, delivery.exports, files, frozenset({"Patient.ndjson"}))
    assert {row[2]: row[5] for row in found} == {"Condition": None, "Patient": "quarantined"}


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
