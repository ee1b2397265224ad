"""The MEDS 0.4 format: columns, files, splits (https://github.com/Medical-Event-Data-Standard/meds)."""

import hashlib
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

MEDS_VERSION: Final = "0.4.1"
SPLITS: Final = ("train", "tuning", "held_out")
_SALT: Final = b"plummer/meds/split/1/"
_PARTS: Final = (0.8, 0.9)

EXTENSIONS: Final = ("event_type", "encounter_id", "resource_id", "end_time", "available_time", "flags")
"""Columns beside MEDS's own; `resource_id` is the pseudonym under which the release has the resource."""

MODIFIERS: Final = ("unit",)
"""Columns that say how a code's value is meant; what MEDS calls code modifiers."""

_TIME: Final = pa.timestamp("us")
DATA: Final = pa.schema(
    [
        ("subject_id", pa.int64()), ("time", _TIME), ("code", pa.string()),
        ("numeric_value", pa.float32()), ("text_value", pa.large_string()),
        ("unit", pa.string()), ("event_type", pa.string()), ("encounter_id", pa.string()),
        ("resource_id", pa.string()), ("end_time", _TIME), ("available_time", _TIME),
        ("flags", pa.string()),
    ]
)  # fmt: skip
CODES: Final = pa.schema(
    [("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string()))]
)
SUBJECT_SPLITS: Final = pa.schema([("subject_id", pa.int64()), ("split", pa.string())])
LABELS: Final = pa.schema(
    [("subject_id", pa.int64()), ("prediction_time", _TIME), ("boolean_value", pa.bool_())]
)


def split_of(subject_id: int) -> int:
    """Position in `SPLITS` of a subject's split: 80 %, 10 % and 10 % by a hash of the pseudonym.

    It depends on nothing else, so a subject stays where it is in every release of a domain and epoch,
    whoever joins or leaves.

    Example:
        >>> [SPLITS[split_of(subject)] for subject in range(1, 9)]
        ['train', 'train', 'train', 'train', 'train', 'train', 'tuning', 'train']
    """
    drawn = int.from_bytes(hashlib.sha256(_SALT + b"%d" % subject_id).digest()[:8]) / 2**64
    return sum(drawn >= part for part in _PARTS)


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer whose bytes depend on the rows only; minima and maxima of no text go into footers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ranges = [name for name in ("subject_id", "time") if name in schema.names]
    return pq.ParquetWriter(path, schema, compression="zstd", write_statistics=ranges)
