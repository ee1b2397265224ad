"""The same events from the same NDJSON twice: by the mapping's interpreter, and by DuckDB's SQL.

DuckDB's side is hand-written (``explode.tsv``) for the types of Synthea's export, with the first coding of a
concept as its code where the mapping looks for a standard one: it does a little less.
"""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines.arrow_types import arrow_schema, batch_of
from plummer.pipelines.timeline.event import Event
from plummer.pipelines.timeline.rows import map_resource_row
from plummer.schemas.mappings import Mappings, load_mappings
from plummer.schemas.tables import EVENTS

_BATCH: Final = 5_000
PREFIXES: Final = {
    "http://snomed.info/sct": "SNOMED", "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm", "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://dicom.nema.org/resources/ontology/DCM": "DCM",
}  # fmt: skip
_TABLE: Final = Path(__file__).with_name("explode.tsv")


@cache
def specs() -> tuple[tuple[str, ...], ...]:
    """Type, event type, items, and the paths below the resource or item, one event a row."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(tuple(line.split("\t")) for line in lines)


def read_bodies(folder: Path) -> Iterator[pa.RecordBatch]:
    """Rows as the timeline stage has them; a subject's id is a hash of Synthea's."""
    for kind in (*dict.fromkeys(spec[0] for spec in specs()), "Patient"):
        for path in sorted(folder.glob(f"{kind}.ndjson")):
            with path.open("rb") as lines:
                yield from _batches(kind, lines)


def _batches(kind: str, lines: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
    held: list[str] = []
    for line in lines:
        held.append(line.decode().rstrip("\n"))
        if len(held) == _BATCH:
            yield _batch(kind, held)
            held = []
    if held:
        yield _batch(kind, held)


def _batch(kind: str, bodies: list[str]) -> pa.RecordBatch:
    ids = [body[body.index('"id":"') + 6 :][:36] for body in bodies]
    subjects = [_subject(kind, one, body) for one, body in zip(ids, bodies, strict=True)]
    columns = {
        "resource_type": [kind] * len(bodies), "resource_id": ids, "subject_id": subjects, "body": bodies,
        "joined": pa.nulls(len(bodies), pa.string()),
    }  # fmt: skip
    return pa.record_batch(columns)


def _subject(kind: str, own: str, body: str) -> int:
    at = body.find('"Patient/')
    name = own if kind == "Patient" or at < 0 else body[at + 9 :][:36]
    return int(name.replace("-", "")[:15], 16) + 1


_MORE: Final = {"order": pa.int64(), "position": pa.int32(), "display": pa.string(), "static": pa.bool_()}
_TYPES: Final = {field.name: field.type for field in arrow_schema(EVENTS)} | _MORE
_SCHEMA: Final = pa.schema([(name, _TYPES[name]) for name in Event._fields])


def by_interpreter(folder: Path, out: Path) -> int:
    """Map every resource of a folder of plain NDJSON and write the events as Parquet; how many."""
    mappings, count = load_mappings(()), 0
    with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as writer:
        for batch in read_bodies(folder):
            events = list(_events(mappings, batch))
            writer.write_batch(batch_of(events, _SCHEMA))
            count += len(events)
    return count


def _events(mappings: Mappings, batch: pa.RecordBatch) -> Iterator[Event]:
    for row in batch.to_pylist():
        yield from map_resource_row(mappings, row).outcome.events


def by_duckdb(folder: Path, out: Path) -> int:
    """The same in one query of DuckDB's, on one thread; the number of events."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("set threads = 1")
    query = " union all ".join(_select(folder, *spec) for spec in specs())
    connection.execute(f"copy ({query}) to '{out}' (format parquet, compression zstd)")
    return int(pq.read_metadata(out).num_rows)


def _select(  # noqa: PLR0913, PLR0917 (columns)
    folder: Path, kind: str, event: str, items: str, code: str, times: str, ends: str, known: str,
    number: str, unit: str, text: str,
) -> str:  # fmt: skip
    item = "item" if items else "json"
    text_of = partial(_text, item)
    system, cases = text_of(f"{code}.system"), " ".join(f"when '{s}' then '{p}'" for s, p in PREFIXES.items())
    source = f"select json from read_ndjson_objects('{folder}/{kind}.ndjson')"
    if items:
        source = f"select json, unnest(json_extract(json, '$.{items}[*]')) as item from ({source})"
    own = f"coalesce({_text('json', 'subject.reference')}, {_text('json', 'patient.reference')}, '/0')"
    prefix = f"case {system} {cases} else regexp_extract({system}, '[^/]*$') end"
    value = text_of(f"{code}.code")
    return f"""
        select ('0x' || replace(split_part({own}, '/', 2), '-', '')[:15])::bigint + 1 as subject_id,
            {_time(times)} as time, {prefix} || '//' || {value} as code,
            {f"try_cast({text_of(number)} as float)" if number else "null::float"} as numeric_value,
            {_first(item, text)} as text_value, {_first(item, number)} as numeric_text,
            {_first(item, unit)} as unit, '{event}' as event_type,
            split_part({_text("json", "encounter.reference")}, '/', 2) as encounter_id,
            '{kind}' as source_table, {_text("json", "id")} as source_id, {_time(ends)} as end_time,
            {_time(known)} as available_time, {_text("json", "status")} as status
        from ({source}) where {value} is not null
    """


def _text(node: str, path: str) -> str:
    return f"json_extract_string({node}, '$.{path}')"


def _first(node: str, paths: str) -> str:
    found = [_text(node, path) for path in paths.split(",") if path]
    return f"coalesce({', '.join(found)})" if found else "null::varchar"


def _time(paths: str) -> str:
    return f"try_cast({_first('json', paths)} as timestamptz)" if paths else "null::timestamptz"
