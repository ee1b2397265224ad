"""One run over records made to break a walk: each is quarantined with its code, or scrubbed and counted."""

import json
import shutil
from collections import Counter

import pytest
from job_process import rows, run

pytestmark = pytest.mark.spark


def _observation(name, *members, **more):
    found = {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"}}
    return found | {"hasMember": [{"reference": target} for target in members]} | more


def _deep(levels):
    inner = {"url": "http://x.invalid", "valueString": "v"}
    for _ in range(levels):
        inner = {"url": "http://x.invalid", "extension": [inner]}
    return {"resourceType": "Basic", "id": f"deep{levels}", "code": {"text": "x"}, "extension": [inner]}


def _patient(name, other):
    link = {"other": {"reference": f"Patient/{other}"}, "type": "replaced-by"}
    return {"resourceType": "Patient", "id": name, "link": [link]}


STRANGE = [
    _observation("ring", "#a", contained=[_observation("a", "#b"), _observation("b", "#a")]),
    _observation("own", "#a", contained=[_observation("a", "#a")]),
    _observation("nobody", "Observation/none", "", "?", subject={"reference": "Patient/none"}),
    _deep(59),
    {
        "resourceType": "Provenance",
        "id": "large",
        "recorded": "2020-01-01T00:00:00Z",
        "target": [{"reference": f"Observation/{n:08d}"} for n in range(28_000)],
        "agent": [{"who": {"reference": "Practitioner/none"}}],
    },
    _patient("turn1", "turn2"),
    _patient("turn2", "turn1"),
]
REFUSED = {
    "dangling_contained_reference": _observation("lost", "#a"),
    "nesting_too_deep": _deep(100),
    "json_truncated": None,
}


def test_bad_records_are_counted_and_the_run_goes_on(synthetic, tmp_path):
    source = shutil.copytree(synthetic, tmp_path / "source")
    lines = [json.dumps(one) for one in (*STRANGE, *REFUSED.values()) if one is not None]
    (source / "Strange.ndjson").write_text("\n".join([*lines, '{"resourceType":"Basic","id":"cut"']) + "\n")
    home = tmp_path / "home"
    # a check that joins a table of a later step waits for it
    ended = run(home, source, "--to", "deid", "--profile", "expert_determination")
    assert ended.code == 0, ended.errors
    reasons = sorted(row["reason"] for row in rows(home / "identified" / "quarantine"))
    assert reasons == sorted(REFUSED)
    account = ended.data["accounting"]
    assert account["read"] == account["loaded"] + account["quarantined"] + account["duplicate"]
    assert account["quarantined"] == len(REFUSED)
    scrubbed = rows(home / "deid" / "resources")
    assert len(scrubbed) == account["loaded"]
    counted = Counter()
    for row in scrubbed:
        counted.update({name: n for name, n in row["actions"] if name.startswith("reference.missing.")})
    assert counted["reference.missing.Provenance.target"] == 28_000
    assert counted["reference.missing.Observation.hasMember"] == 3
    assert not [row for row in scrubbed if "turn1" in row["body"] or "/none" in row["body"]]
