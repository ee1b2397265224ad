"""A large release without Spark, in the layout of the release stage: sorted, in files of whole subjects."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from plummer.pipelines.manifest import write_manifest
from plummer.schemas.tables import RELEASE_TABLES, TableSpec

_ROWS: Final = 500_000
_DELTA: Final = {"bigint": "long", "string": "string", "float": "float", "timestamp_ntz": "timestamp_ntz"}


def write_release(folder: Path, rows: Path, events: int) -> Path:
    """Copies of mapped rows (Parquet) under other subjects, as a release of at least so many events."""
    mapped = pq.read_table(rows)
    times = pa.compute.fill_null(mapped["time"].cast(pa.int64()), np.iinfo(np.int64).min)
    order = np.lexsort([np.asarray(mapped["position"]), np.asarray(times), np.asarray(mapped["subject_id"])])
    mapped = mapped.take(pa.array(order))
    names = [one.name for one in RELEASE_TABLES["events"].columns]
    copies = -(-events // len(mapped))
    drawn = np.random.default_rng(7).permutation(copies)
    own = np.asarray(mapped["subject_id"])
    seq = np.arange(len(own)) - np.searchsorted(own, own)
    parts = [_copy(mapped, own, seq, int(number)).select(names) for number in drawn]
    whole = pa.concat_tables(parts)
    by = np.lexsort([np.asarray(whole["seq"]), np.asarray(whole["subject_id"])])
    whole = whole.take(pa.array(by))
    _write(folder / "events", RELEASE_TABLES["events"], whole)
    ids = np.unique(np.asarray(whole["subject_id"]))
    _write(folder / "subjects", RELEASE_TABLES["subjects"], pa.table({"subject_id": ids}))
    codes = pa.compute.unique(whole["code"])
    _write(
        folder / "codes",
        RELEASE_TABLES["codes"],
        pa.table({"code": pa.compute.take(codes, pa.compute.sort_indices(codes))}),
    )
    said = {"name": "bench", "version": "1.0.0", "profile": "safe_harbor", "time_mode": "keep"}
    tables = {"events": {"rows": len(whole)}, "subjects": {"rows": len(ids)}}
    policy = {"sha256": "0" * 64, "version": "1.0.0", "k": 11, "row_level_sql": True}
    write_manifest(folder, {**said, "tables": tables, "policy": policy})
    return folder


def _copy(mapped: pa.Table, own: Any, seq: Any, number: int) -> pa.Table:  # noqa: ANN401 (numpy's)
    subject = (own * 31 + number * 1_000_003) % (2**62) + 1
    at = mapped.schema.get_field_index("subject_id")
    return mapped.set_column(at, "subject_id", pa.array(subject)).append_column("seq", pa.array(seq))


def _write(folder: Path, spec: TableSpec, rows: pa.Table) -> None:
    """Files of whole subjects and a Delta log at version 0, with the ranges that Delta keeps."""
    log = folder / "_delta_log" / f"{0:020d}.json"
    log.parent.mkdir(parents=True)
    full = pa.table({c.name: _column(rows, c.name, c.type) for c in spec.columns})
    keys = np.asarray(full.column(0)) if spec.columns[0].type == "bigint" else np.arange(len(full))
    starts, begin = [0], 0
    while begin + _ROWS < len(full):
        begin = int(np.searchsorted(keys, keys[begin + _ROWS], "left"))
        starts.append(begin)
    actions: list[dict[str, Any]] = [
        {"metaData": {"id": "0" * 8, "partitionColumns": [], "configuration": {}}}
    ]
    for number, (low, high) in enumerate(zip(starts, [*starts[1:], len(full)], strict=True)):
        path = folder / f"part-{number:05d}.zstd.parquet"
        pq.write_table(full.slice(low, high - low), path, compression="zstd", write_statistics=False)
        told: dict[str, Any] = {"numRecords": high - low}
        if spec.columns[0].type == "bigint" and high > low:
            told |= {
                "minValues": {"subject_id": int(keys[low])},
                "maxValues": {"subject_id": int(keys[high - 1])},
            }
        actions.append({"add": {"path": path.name, "size": path.stat().st_size, "stats": json.dumps(told)}})
    log.write_text("".join(json.dumps(action) + "\n" for action in actions))


def _column(rows: pa.Table, name: str, kind: str) -> Any:  # noqa: ANN401 (an Arrow array)
    if name in rows.column_names:
        return rows[name]
    kinds = {"bigint": pa.int64(), "string": pa.string(), "array<string>": pa.list_(pa.string())}
    if kind == "bigint":
        return pa.array(np.zeros(len(rows), np.int64))
    return (
        pa.nulls(len(rows), kinds[kind])
        if kind != "array<string>"
        else pa.array([[]] * len(rows), kinds[kind])
    )
