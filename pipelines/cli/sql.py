"""`plummer sql`."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from plummer.pipelines.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    PurposeOption,
    emit,
    guarded,
    home_at,
    note,
    opened,
)
from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.pipelines.research import Release

FORMATS = ("ndjson", "csv", "parquet", "table")
_BATCH = 10_000


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sql")(sql)


@guarded
def sql(  # noqa: PLR0913, PLR0917 (one per option)
    query: Annotated[str, typer.Argument(help="One SELECT over events, subjects, codes, resources, notes.")],
    release: Annotated[
        str | None, typer.Option(help="Folder, NAME or NAME/VERSION; the home's newest by default.")
    ] = None,
    purpose: PurposeOption = "not stated (plummer sql)",
    aggregate: Annotated[
        bool, typer.Option("--aggregate", help="Count distinct subjects by group, small counts withheld.")
    ] = False,
    form: Annotated[str, typer.Option("--format", help="ndjson, csv, parquet or table.")] = "ndjson",
    out: Annotated[Path | None, typer.Option(help="A file; standard output by default.")] = None,
    limit: Annotated[int | None, typer.Option(help="Rows at most; a table shows 50.", min=0)] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Query a release with DuckDB's SQL; it is verified first, and the query is recorded without its text.

    With --aggregate a query is SELECT keys, count(DISTINCT subject_id) ... GROUP BY keys. Counts under the
    policy's k are null, and so is one more of each margin that would give one away.

    Example: `plummer sql "select sex, count(distinct subject_id) n from subjects group by sex" --aggregate`
    """
    if form not in FORMATS or (form == "parquet" and out is None and (as_json or sys.stdout.isatty())):
        message = "--format is ndjson, csv, parquet or table; parquet needs --out"
        raise PlummerError("sql_format", message, ExitCode.USAGE)
    source = _open(home, release, purpose)
    found = source.sql(query, aggregate=aggregate)
    names = _names(found)
    with opened(out) as target:
        count = _write(found, form, target, limit)
    if as_json:
        place = str(out.absolute()) if out else None
        emit(_told(source) | {"columns": names, "aggregate": aggregate, "rows": count, "out": place})


def _open(home: Path, release: str | None, purpose: str) -> "Release":
    from plummer.pipelines.export.released import find_release, newest_release
    from plummer.pipelines.research import open_release

    place = home_at(home)
    folder = newest_release(place) if release is None else find_release(place, release)
    return open_release(folder, purpose)


def _told(source: "Release") -> dict[str, Any]:
    facts = {name: source.facts[name] for name in ("name", "version", "time_mode")}
    release = {**facts, "path": str(source.folder), "manifest_sha256": source.manifest_sha256}
    return {"release": release, "run_id": source.run_id, "k": source.k}


def _names(found: Any) -> list[str]:  # noqa: ANN401 (an Arrow table or a relation)
    names = list(getattr(found, "column_names", None) or found.columns)
    if len(set(names)) < len(names):
        raise PlummerError("sql_columns", "two columns have one name: name them with AS", ExitCode.USAGE)
    return names


def _write(found: Any, form: str, out: BinaryIO, limit: int | None) -> int:  # noqa: ANN401 (as above)
    from plummer.pipelines.views import sinks
    from plummer.pipelines.views.definition import Column

    if form == "parquet":
        return _parquet(found, out, limit)
    columns = [Column(name, name) for name in _names(found)]
    if form == "ndjson":
        return sinks.write_ndjson(columns, _rows(found, limit), out)
    if form == "csv":
        return _csv(_names(found), _rows(found, limit), out)
    wanted = sinks.TABLE_ROWS if limit is None else limit
    shown = [tuple(map(_told_plainly, row)) for row in _rows(found, wanted + 1)]
    for line in sinks.table_lines(columns, shown[:wanted]):
        out.write(f"{line}\n".encode())
    if len(shown) > wanted:
        note(f"the first {wanted} rows; --limit shows more")
    return min(len(shown), wanted)


def _told_plainly(value: Any) -> Any:  # noqa: ANN401 (whatever a cell holds)
    return str(value) if isinstance(value, date) else value


def _rows(found: Any, limit: int | None) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (as above)
    from plummer.pipelines.research.engine import telling

    with telling():
        yield from islice((row for batch in _batches(found) for row in _tuples(batch)), limit)


def _batches(found: Any) -> Iterable[Any]:  # noqa: ANN401 (as above)
    if hasattr(found, "column_names"):
        return list(found.to_batches())
    reader: Iterable[Any] = found.fetch_arrow_reader(_BATCH)
    return reader


def _tuples(batch: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (Arrow)
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _csv(names: list[str], rows: Iterator[tuple[Any, ...]], out: BinaryIO) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    text.detach()
    return count


def _parquet(found: Any, out: BinaryIO, limit: int | None) -> int:  # noqa: ANN401 (as above)
    import pyarrow.parquet as pq

    from plummer.pipelines.research.engine import telling

    with telling():
        table = found if hasattr(found, "column_names") else found.to_arrow_table()
    kept = table if limit is None else table.slice(0, limit)
    pq.write_table(kept, out, compression="zstd")
    return len(kept)
