"""Poison at any rate leaves the rest whole; drift is loaded, not passed on; names are data."""

import json
import random

import pytest

from plummer.pipelines import storage
from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.stages.land_read import tasks_of
from plummer.schemas.errors import ExitCode, PlummerError

POISON = (
    b"{", b"[]", b"\xff", b'{"a":1}{"b":2}', b'{"resourceType":"Patient"}',
    b'{"resourceType":"Patient","id":"../x"}',
    b'{"resourceType":"Patient","id":"a","id":"b"}', b'{"resourceType":"Patient","id":"a","name":{}}', b"\0",
    b'{"resourceType":"Patient","id":"a","birthDate":"31.12.1970"}', b"[" * 300, b'{"x":"\\ud800"}',
)  # fmt: skip


def outcomes(path):
    delivery = discover("fhir", "main", str(path))
    return [outcome for task in tasks_of(delivery, delivery.files) for outcome in read_task(task)]


@pytest.mark.parametrize("rate", [0.001, 0.05, 0.6])
def test_the_rest_is_loaded_at_every_rate_of_poison(tmp_path, rate):
    """R-09: of 5,000 lines in four files, blank ones among them; R-08: each file's account is its lines."""
    rng = random.Random(11)
    good, bad, lines = set(), 0, {}
    for number in range(5000):
        name = f"{number % 4}.ndjson"
        poison = rng.random() < rate
        bad += poison
        body = (
            rng.choice(POISON)
            if poison
            else json.dumps({"resourceType": "Patient", "id": f"p{number}"}).encode()
        )
        good |= set() if poison else {f"p{number}"}
        lines.setdefault(name, []).append(body)
        if rng.random() < 0.1:
            lines[name].append(b"")
    for name, parts in lines.items():
        (tmp_path / name).write_bytes(b"\n".join(parts))
    found = outcomes(tmp_path)
    assert {o.resource_id for o in found if o.reason is None} == good
    assert sum(o.reason is not None for o in found) == bad > 0
    assert "check_failed" not in {o.reason for o in found}
    assert len(found) == sum(1 for parts in lines.values() for part in parts if part)


def test_a_file_that_cannot_be_read_stops_the_landing_and_is_not_passed_over(tmp_path, monkeypatch):
    """R-05: when it is looked at and when it is read; no name of it is told."""
    (tmp_path / "Zzcanary.ndjson").write_text('{"resourceType":"Patient","id":"a"}')
    delivery = discover("fhir", "main", str(tmp_path))
    (task,) = tasks_of(delivery, delivery.files)

    def denied(uri):
        raise PermissionError

    monkeypatch.setattr(storage, "open_binary", denied)
    with pytest.raises(PlummerError) as caught:
        discover("fhir", "main", str(tmp_path))
    assert (caught.value.code, caught.value.exit_code) == ("source_unreadable", ExitCode.USAGE)
    assert "canary" not in str(caught.value)
    with pytest.raises(PermissionError):
        list(read_task(task))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"shoeSize": 42}, None),
        ({"extension": [{"url": "urn:new", "valueString": "x"}]}, None),
        ({"name": [{"family": "A", "nick": "B"}]}, None),
        ({"name": "A"}, "type_mismatch"),
        ({"active": "true"}, "type_mismatch"),
        ({"animal": {}}, "fhir_version_stu3"),
    ],
)
def test_drift_is_loaded_or_refused_but_never_bent(change, reason):
    """R-14: what is new is in the body as received, for default deny to drop; a changed type is refused."""
    line = json.dumps({"resourceType": "Patient", "id": "a", **change}).encode()
    (outcome,) = check_line(line, 1)
    assert outcome.reason == reason
    assert outcome.body == line


@pytest.mark.parametrize(
    "name",
    ["../../etc", "..%2f", "C:\\", "a" * 65, "a\n", ";rm", "${jndi}", "`x`", "'; DROP", "", "é", "a/b"],
)
def test_ids_are_r4_ids(name):
    """B-06, B-11: https://hl7.org/fhir/R4/datatypes.html#id; nothing else gets a place in a table."""
    (outcome,) = check_line(json.dumps({"resourceType": "Patient", "id": name}).encode(), 1)
    assert (outcome.reason, outcome.resource_id) == ("invalid_id", None)
