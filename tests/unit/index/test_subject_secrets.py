"""Where a subject's secret comes from in a scrub worker: sealed and random, or keyed, or nowhere."""

from base64 import b64encode

import pyarrow as pa
import pytest

from plummer.deid.keys import RootKey
from plummer.deid.policy import load_policy
from plummer.deid.pseudonyms import subject_secret
from plummer.pipelines.index.context import CONTEXT_PART, RESOURCE_PART
from plummer.pipelines.index.crosswalk import (
    CrosswalkKeys,
    Drawing,
    draw_batches,
    open_batches,
    seal_batches,
)
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.scrubbing.rows import RefusedRows
from plummer.pipelines.scrubbing.settings import ScrubSettings, Vault
from plummer.pipelines.scrubbing.stream import _Compartments, stream
from plummer.schemas.errors import PlummerError

ROOT = RootKey("main", 1, bytes(32))
KEYS = CrosswalkKeys.of(ROOT)
OWNER = "main/7"
LOOKUP = b"L" * 16


def drawn(seed=b"s" * 32):
    target = {"kind": "secret", "lookup": LOOKUP, "source": "main/Patient/7", "ordinal": 5}
    return draw_batches(iter([pa.RecordBatch.from_pylist([target])]), keys=KEYS, drawing=Drawing(seed))


def sealed_row():
    return next(seal_batches(drawn(), keys=KEYS)).to_pylist()[0]


def context_row(row):
    text = b64encode(row["sealed"]).decode()
    return {
        "owner": OWNER,
        "kind": "secret",
        "lookup": row["lookup"],
        "label": row["pseudonym"],
        "value": text,
    }


def settings(vault):
    policy = load_policy("safe_harbor" if vault else "expert_determination")
    key = Vault("main", 1, ROOT.subkey("seal")) if vault else None
    return ScrubSettings(
        policy, ROOT.subkey("lookup"), ROOT.subkey("date-shift"), ROOT.subkey("surrogate"), vault=key
    )


def secret(vault, *rows, owner=OWNER):
    compartments = _Compartments(settings(vault))
    for row in rows:
        compartments.learn(row)
    return compartments.context(owner, "main").secret


def test_a_secret_is_drawn_and_neither_its_name_nor_the_seed_tells_it():
    (row,) = next(drawn()).to_pylist()
    hexed = row["source"].rpartition("#")[2]
    assert secret(True, context_row(sealed_row())).hex() == hexed
    assert len(hexed) == 64
    assert next(drawn()).to_pylist() == [row]
    assert next(drawn(b"t" * 32)).to_pylist()[0]["source"] != row["source"]
    with pytest.raises(ValueError, match="drawn"):
        next(drawn(None))


def test_the_real_id_opens_without_the_secret():
    (opened,) = next(open_batches(iter([pa.RecordBatch.from_pylist([sealed_row()])]), keys=KEYS)).to_pylist()
    assert opened["source"] == "main/Patient/7"


@pytest.mark.parametrize("column", ["lookup", "pseudonym"])
def test_another_subjects_row_does_not_open(column):
    row = {**sealed_row(), column: {"lookup": b"M" * 16, "pseudonym": "a" * 26}[column]}
    with pytest.raises(PlummerError, match="crosswalk_tampered"):
        secret(True, context_row(row))


def test_keyed_profiles_compute_it_and_nobody_has_none():
    assert secret(False) == subject_secret(ROOT.subkey("surrogate"), OWNER)
    assert secret(True) == b""
    for vault in (True, False):
        assert secret(vault, owner="shared:07") == b""


def test_a_subjects_record_without_a_secret_is_refused():
    settled = settings(True)
    name = Lookups(settled.lookup_key, "main").of("Observation/1")
    names = "lookup label value micros site resource_type resource_id body load_id file line entry"
    empty: dict[str, object] = dict.fromkeys([*names.split(), "content_sha256"])
    context = {**empty, "owner": OWNER, "part": CONTEXT_PART}
    record = {**empty, "owner": OWNER, "part": RESOURCE_PART, "kind": None, "site": "main", "load_id": "l"}
    record |= {"resource_type": "Observation", "resource_id": "1", "body": "{}", "file": "f", "line": 1}
    rows = [
        {**context, "kind": "subject", "value": "42"},
        {**context, "kind": "ref", "lookup": name, "value": "Observation/abc"},
        record,
    ]
    batch = pa.RecordBatch.from_pylist(rows)
    (refused,) = [row for made in stream(settled, RefusedRows, iter([batch])) for row in made.to_pylist()]
    assert refused["reason"] == "secret_missing"
