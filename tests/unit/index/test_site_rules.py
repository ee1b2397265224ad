"""A scrub worker treats each record as the policy has it for the record's own site."""

import json

import pyarrow as pa

from plummer.deid.keys import RootKey
from plummer.deid.policy import load_policy
from plummer.pipelines.index.context import CONTEXT_PART, RESOURCE_PART
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.scrubbing.rows import ScrubbedRows
from plummer.pipelines.scrubbing.settings import ScrubSettings
from plummer.pipelines.scrubbing.stream import stream

ROOT = RootKey("main", 1, bytes(32))
POLICY = """
extends: safe_harbor
profile: expert_determination
version: "1"
time_mode: shift
sites:
  north:
    paths: {Patient.gender: drop}
"""


def rows_of(site):
    """A patient's own name in their compartment, and the patient."""
    lookup = Lookups(ROOT.subkey("lookup"), site).of("Patient/7")
    own = {"owner": f"{site}/7", "part": CONTEXT_PART, "kind": "ref", "lookup": lookup, "value": "Patient/41"}
    body = json.dumps({"resourceType": "Patient", "id": "7", "gender": "male"})
    record = {"site": site, "resource_type": "Patient", "resource_id": "7", "body": body}
    return [own, {"owner": f"{site}/7", "part": RESOURCE_PART, **record}]


def test_records_of_two_sites_in_one_partition(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    keys = [ROOT.subkey(name) for name in ("lookup", "date-shift", "surrogate")]
    names = ("owner", "part", "kind", "lookup", "label", "value", "micros", "site", "resource_type",
             "resource_id", "body")  # fmt: skip
    rows = [dict.fromkeys(names) | row for site in ("north", "south") for row in rows_of(site)]
    given = iter([pa.RecordBatch.from_pylist(rows)])
    batches = stream(ScrubSettings(load_policy(path), *keys), ScrubbedRows, given)
    bodies = [json.loads(row["body"]) for batch in batches for row in batch.to_pylist()]
    assert ["gender" in body for body in bodies] == [False, True]
