"""Arrow batches of ``identified/resources`` to Arrow batches of ``identified/index``."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pyarrow as pa

from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.index.resource import index_resource
from plummer.pipelines.index.rows import IndexRow
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.index.walk import PEOPLE
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import Mappings, SiteFiles, load_mappings

INPUT_COLUMNS: Final = (
    "site", "resource_type", "resource_id", "patient_key", "full_url", "body", "load_id", "line", "entry",
)  # fmt: skip
SCHEMA: Final = pa.schema(
    [
        ("owner", pa.string()),
        ("kind", pa.string()),
        ("source", pa.string()),
        ("lookup", pa.binary()),
        ("target", pa.binary()),
        ("label", pa.string()),
        ("value", pa.string()),
        ("micros", pa.int64()),
    ]
)
_ROWS_A_BATCH: Final = 20_000
_REMEMBERED: Final = 500_000


class Indexer:
    """Indexes the resources of one Spark task and leaves out what it has said before.

    A note's author or an event's instant is named by many resources of a compartment; `source` of
    such a row is the first resource that names it. What is remembered is bounded, so a row may
    stand twice; readers take distinct rows.

    Args:
        key: subkey of purpose ``lookup``.
        sites: zones of the sites' wall clocks, and identifiers by which persons are joined.
        files: the site's own mapping files, as `load_mappings` takes them.
    """

    def __init__(self, key: bytes, sites: Sites, files: SiteFiles | None = None) -> None:
        self._key = key
        self._sites = sites
        self._lookups: dict[str, Lookups] = {}
        self._mappings: Mappings = load_mappings(files)
        self._seen: set[tuple[object, ...]] = set()

    def rows(self, record: dict[str, Any]) -> Iterator[IndexRow]:
        """Index rows of one row of ``identified/resources``.

        Raises:
            PlummerError: ``index_failed``, with load id, line and entry as reference.
        """
        try:
            for row in self._of(record):
                if self._is_new(row):
                    yield row
        except Exception:
            ref = f"{record['load_id']}:{record['line']}:{record['entry']}"
            raise PlummerError(
                "index_failed", "a resource can't be indexed", ExitCode.INTERNAL, ref
            ) from None

    def _of(self, record: dict[str, Any]) -> Iterator[IndexRow]:
        site = record["site"]
        lookups = self._lookups.get(site)
        if lookups is None:
            lookups = self._lookups[site] = Lookups(self._key, site)
        resource = msgspec.json.decode(record["body"])
        resource["resourceType"] = record["resource_type"]
        resource["id"] = record["resource_id"]
        return index_resource(
            resource,
            site=site,
            patient_key=record["patient_key"],
            full_url=record["full_url"],
            lookups=lookups,
            zone=self._sites.zone_of(site),
            mappings=self._mappings,
            links=self._sites.links_of(site),
        )

    def _is_new(self, row: IndexRow) -> bool:
        if row.kind in {"name", "merge", "same", "linkage"}:
            return True
        # what a shared resource says is told apart by the resource, since its owner is a hash; what a
        # person says too, since a relative may have the same birth date, and a replaced record dates
        apart = row.owner.startswith("shared:") or row.source.split("/", 2)[1] in PEOPLE
        who = row.source if apart else row.owner
        key = (who, row.kind, row.lookup, row.label, row.value, row.micros)
        if key in self._seen:
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen.add(key)
        return True


def index_batches(
    batches: Iterator[pa.RecordBatch], *, key: bytes, sites: Sites, files: SiteFiles | None = None
) -> Iterator[pa.RecordBatch]:
    """The body of the index stage's ``mapInArrow``; rows are of `SCHEMA`."""
    indexer = Indexer(key, sites, files)
    pending: list[IndexRow] = []
    for batch in batches:
        for record in batch.to_pylist():
            pending.extend(indexer.rows(record))
            if len(pending) >= _ROWS_A_BATCH:
                yield _to_arrow(pending)
                pending = []
    if pending:
        yield _to_arrow(pending)


def _to_arrow(rows: list[IndexRow]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
