"""`plummer scan`."""

from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import JsonOption, emit, guarded, note, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("scan")(scan)


@guarded
def scan(
    paths: Annotated[list[str], typer.Argument(help="Files or folders to search.")],
    needles: Annotated[Path, typer.Option(help='One per line, or JSONL {"id","value"}.')],
    short: Annotated[bool, typer.Option(help="Accept needles under 5 characters.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Search files for values that must not be there, inside every container it can open.

    Prints ids and places, never values. Exit 0 clean, 1 hits, 5 a positive control was missed, 6 a
    container could not be opened.

    Example: `plummer scan plummer_home/released --needles needles.txt`
    """
    from plummer.expectations.scan.command import run_scan

    found = run_scan(paths, needles, short)
    for finding in found.findings:
        say(f"{finding.needle}\t{finding.path}\t{finding.place}\t{finding.variant}")
    note(
        f"{found.files} files, {found.bytes} bytes, {found.needles} needles, {found.hits} hits; "
        f"controls {found.controls.found} of {found.controls.planted}"
    )
    if as_json:
        emit(found.to_json())
    raise typer.Exit(found.exit_code)
