"""What becomes of a record, as rows of ``deid/resources`` or of ``identified/quarantine``."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from plummer.deid.structure import Scrubbed
from plummer.pipelines.scrubbing.settings import ScrubSettings

_COUNTS: Final = pa.map_(pa.string(), pa.int32())
_DEID: Final = pa.schema(
    [
        ("resource_type", pa.string()),
        ("resource_id", pa.string()),
        ("subject_id", pa.int64()),
        ("body", pa.string()),
        ("policy_sha256", pa.string()),
        ("engine_version", pa.string()),
        ("actions", _COUNTS),
        ("note_counts", pa.list_(_COUNTS)),
    ]
)
_QUARANTINE: Final = pa.schema(
    [
        ("site", pa.string()),
        ("load_id", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("entry", pa.int32()),
        ("reason", pa.string()),
        ("bytes", pa.int64()),
        ("content_sha256", pa.string()),
        ("body", pa.binary()),
    ]
)
_BATCH: Final = 1_000
_BODY_LIMIT: Final = 1024 * 1024


class _Rows:
    """Rows of one schema, handed out in batches."""

    schema: pa.Schema

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def take(self, *, final: bool) -> Iterator[pa.RecordBatch]:
        """Rows gathered so far, where there are enough of them or no more will come."""
        if self._rows and (final or len(self._rows) >= _BATCH):
            yield pa.RecordBatch.from_pylist(self._rows, schema=self.schema)
            self._rows = []


class ScrubbedRows(_Rows):
    """Rows of ``deid/resources``; refused records leave none."""

    schema = _DEID

    def __init__(self, settings: ScrubSettings) -> None:
        super().__init__()
        self._policy = settings.policy.sha256
        self._engine = settings.engine

    def scrubbed(self, record: dict[str, Any], subject: str | None, made: Scrubbed, pseudonym: str) -> None:
        """Add a scrubbed resource."""
        self._rows.append(
            {
                "resource_type": record["resource_type"],
                "resource_id": pseudonym,
                "subject_id": None if subject is None else int(subject),
                "body": made.body.decode(),
                "policy_sha256": self._policy,
                "engine_version": self._engine,
                "actions": list(_actions(made).items()),
                "note_counts": [list(counts.items()) for counts in made.note_counts],
            }
        )

    def refused(self, record: dict[str, Any], code: str) -> None:
        """Leave a refused record out; `RefusedRows` has it."""


class RefusedRows(_Rows):
    """Rows of ``identified/quarantine``: records and notes that could not be scrubbed safely."""

    schema = _QUARANTINE

    def __init__(self, settings: ScrubSettings) -> None:
        super().__init__()
        del settings

    def scrubbed(self, record: dict[str, Any], subject: str | None, made: Scrubbed, pseudonym: str) -> None:
        """Add a row for each note that was taken out of a scrubbed resource."""
        del subject, pseudonym
        for _, code in made.note_errors:
            self.refused(record, code)

    def refused(self, record: dict[str, Any], code: str) -> None:
        """Add a refused record."""
        body = record["body"].encode()
        self._rows.append(
            {
                **{name: record[name] for name in ("site", "load_id", "file", "line", "entry")},
                "reason": code,
                "bytes": len(body),
                "content_sha256": hashlib.sha256(body).hexdigest(),
                "body": body if len(body) <= _BODY_LIMIT else None,
            }
        )


def _actions(made: Scrubbed) -> dict[str, int]:
    """Decisions by rule; lost references and refused notes are counted under names of their own."""
    counts = dict(made.actions)
    for name, by_path in (("missing", made.missing_references), ("foreign", made.foreign_references)):
        for path, count in by_path.items():
            counts[f"reference.{name}.{path}"] = count
    for _, code in made.note_errors:
        counts[f"note_error.{code}"] = counts.get(f"note_error.{code}", 0) + 1
    return counts
