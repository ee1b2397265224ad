"""Which identifiers a policy asks for, found by the scrubber itself, and what a worker writes for them."""

import json

import pyarrow as pa

from plummer.deid.context import SubjectContext
from plummer.deid.keys import RootKey
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.pipelines.scrubbing.identifiers import asked_batches, asks, drawn, keyed

KEY = b"k" * 32
MRN = {"system": "http://mrn.invalid", "value": "MRN-0001"}
CLAIM = {"system": "http://claim.invalid", "value": "C-77"}
RULES = (
    "extends: safe_harbor\nversion: '9'\nprofile: safe_harbor\n"
    "types:\n  'Identifier;system=http://claim.invalid': pseudonymise\n"
)
RECORDS = [
    {"resourceType": "Patient", "id": "p1", "identifier": [MRN, CLAIM]},
    {"resourceType": "Claim", "id": "c", "contained": [{"resourceType": "Coverage", "identifier": [CLAIM]}],
     "identifier": [{**CLAIM, "value": " C-77 "}, {**CLAIM, "value": "C-78"}]},
    {"resourceType": "Nonsense"},
]  # fmt: skip


def policy_of(folder):
    (folder / "policy.yaml").write_text(RULES)
    return load_policy(folder / "policy.yaml")


def asked(policy):
    rows = [{"owner": f"main/{n}", "site": "main", "body": json.dumps(r)} for n, r in enumerate(RECORDS)]
    return [
        row
        for batch in asked_batches(iter([pa.RecordBatch.from_pylist(rows)]), policy=policy, key=KEY)
        for row in batch.to_pylist()
    ]


def test_only_what_a_rule_asks_for_is_found_and_each_once_in_a_record(tmp_path):
    policy = policy_of(tmp_path)
    assert asks(policy)
    rows = asked(policy)
    assert [(row["owner"], json.loads(row["source"])[1].strip()) for row in rows] == [
        ("main/0", "C-77"),
        ("main/1", "C-77"),
        ("main/1", "C-78"),
    ]
    assert rows[0]["lookup"] == rows[1]["lookup"] != rows[2]["lookup"]


def test_the_shipped_policies_ask_for_none():
    for profile in ("safe_harbor", "expert_determination", "limited_data_set"):
        assert not asks(load_policy(profile))


def test_what_was_drawn_is_what_the_scrubber_writes(tmp_path):
    policy = policy_of(tmp_path)
    table = {row["lookup"]: f"{number:026}" for number, row in enumerate(asked(policy)[1:])}
    for site in ("main", "other"):
        context = SubjectContext(identify=drawn(KEY, site, table))
        out = json.loads(Scrubber(policy, None).scrub(json.dumps(RECORDS[1]), context, "x").body)
        # the system is the scope, so the site doesn't matter
        assert [i["value"] for i in out["identifier"]] == [f"{0:026}", f"{1:026}"]
        assert {i["system"] for i in out["identifier"]} == {"http://claim.invalid"}
    out = json.loads(Scrubber(policy, None).scrub(json.dumps(RECORDS[0]), context, "x").body)
    assert "MRN-0001" not in json.dumps(out)
    assert [i["value"] for i in out["identifier"]] == [f"{0:026}"]


def test_keyed_pseudonyms_differ_by_domain_epoch_and_where_there_is_no_system_by_site():
    keys = [
        RootKey(domain, epoch, bytes(32)).subkey("identifier")
        for domain, epoch in (("a", 1), ("a", 2), ("b", 1))
    ]
    assert len({keyed(key, "main")("http://x", "", "1") for key in keys}) == 3
    one, other = keyed(keys[0], "main"), keyed(keys[0], "other")
    assert one("http://x", "", "1") == other("http://x", "", "1")
    assert one("", "", "1") != other("", "", "1")
    assert one("", "Coverage.subscriberId", "1") != one("", "Coverage.dependent", "1")
