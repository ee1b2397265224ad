"""`plummer view`."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

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
    say,
)
from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.pipelines.views.rows import Row
    from plummer.pipelines.views.sources import Resource
    from plummer.pipelines.views.view import View

app = typer.Typer(help="SQL on FHIR v2: run views, test the engine.", no_args_is_help=True)


@app.command("list")
@guarded
def list_views(as_json: JsonOption = False) -> None:
    """List the views that come with Plummer.

    Example: `plummer view list`
    """
    from plummer.pipelines.views.ready import load_view, ready_views

    rows = [
        {"name": name, **{k: load_view(name)[k] for k in ("resource", "title")}} for name in ready_views()
    ]
    for row in rows:
        say(f"{row['name']}\t{row['resource']}\t{row['title']}")
    if as_json:
        emit({"views": rows})


@app.command("run")
@guarded
def run_view(  # noqa: PLR0913, PLR0917 (one per option)
    view: Annotated[str, typer.Argument(help="A ViewDefinition's file, or the name of a ready view.")],
    on: Annotated[
        Path | None, typer.Option(help="Release, or FHIR files; the newest release by default.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="ndjson, parquet or table.")] = "ndjson",
    out: Annotated[Path | None, typer.Option(help="A file; standard output by default.")] = None,
    limit: Annotated[int | None, typer.Option(help="Rows at most; a table shows 50.", min=0)] = None,
    purpose: PurposeOption = "not stated (plummer view run)",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Run a view over the resources of a release, or over FHIR files.

    A release is verified first and its reading recorded; a policy that forbids looking at single rows
    forbids views too.

    Example: `plummer view run patient --on plummer_home/released/safe_harbor/1.0.0 --format table`
    """
    from plummer.pipelines.views import sinks
    from plummer.pipelines.views.ready import load_view
    from plummer.pipelines.views.view import compile_view

    if form not in sinks.FORMATS or (form == "parquet" and out is None and (as_json or sys.stdout.isatty())):
        raise PlummerError(
            "view_format", "--format is ndjson, parquet or table; parquet needs --out", ExitCode.USAGE
        )
    made = compile_view(load_view(view))
    for warning in made.warnings:
        note(f"plummer: {warning}")
    place = on or _newest(home)
    rows = made.rows(_resources(place, made, purpose))
    with opened(out) as target:
        count = _write(made, rows if limit is None else islice(rows, limit), form, target, limit)
    if as_json:
        columns = [{"name": one.name, "type": one.type, "collection": one.collection} for one in made.columns]
        told = {"view": made.name, "resource": made.resource, "on": str(place.absolute()), "columns": columns}
        emit(
            {
                **told,
                "rows": count,
                "out": str(out.absolute()) if out else None,
                "warnings": list(made.warnings),
            }
        )


def _resources(place: Path, view: "View", purpose: str) -> "Iterator[Resource]":
    from plummer.pipelines.views import sources

    if not sources.is_release(place):
        return sources.resources(place, view.resource)
    from plummer.pipelines.research.opening import open_for

    release = open_for(place, purpose)
    release.require_row_level()
    release.access.record("view", table="resources", columns=[one.name for one in view.columns])
    return sources.of_release(place, view.resource)


def _write(view: "View", rows: "Iterator[Row]", form: str, out: BinaryIO, limit: int | None) -> int:
    from plummer.pipelines.views import sinks

    if form == "ndjson":
        return sinks.write_ndjson(view.columns, rows, out)
    if form == "parquet":
        return sinks.write_parquet(view.columns, rows, out)
    shown = list(islice(rows, sinks.TABLE_ROWS if limit is None else limit))
    for line in sinks.table_lines(view.columns, shown):
        out.write(f"{line}\n".encode())
    if next(rows, None) is not None:
        note(f"the first {len(shown)} rows; --limit shows more")
    return len(shown)


def _newest(home: Path) -> Path:
    from plummer.pipelines.ledger import Ledger

    place = home_at(home)
    found = Ledger(place.ledger).releases() if place.ledger.is_file() else ()
    if not found:
        raise PlummerError("view_source", "no release in the home: name one with --on", ExitCode.USAGE)
    return Path(place.releases) / found[-1].name / found[-1].version


@app.command("test")
@guarded
def check_views(
    folder: Annotated[Path, typer.Argument(help="Folder of the official test files.")],
    report: Annotated[Path | None, typer.Option(help="File for the official report.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the official tests of SQL on FHIR v2; exit 1 if a shareable one fails.

    Example: `plummer view test sql-on-fhir-v2/tests --report report.json`
    """
    from plummer.pipelines.views import suite

    outcomes = suite.run_suite(folder)
    if report is not None:
        with opened(report) as out:
            out.write(json.dumps(suite.report(outcomes), indent=2, ensure_ascii=False).encode() + b"\n")
    counts = suite.counts(outcomes)
    for one in outcomes:
        if not one.passed:
            say(f"failed\t{one.file}\t{one.title}\t{one.reason}")
    say("; ".join(f"{tag}: {found['passed']} of {found['tests']} passed" for tag, found in counts.items()))
    if as_json:
        emit({**counts["all"], "tags": counts, "report": str(report.absolute()) if report else None})
    failed = any("shareable" in one.tags and not one.passed for one in outcomes)
    raise typer.Exit(int(ExitCode.FINDING if failed else ExitCode.DONE))
