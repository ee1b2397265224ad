"""`plummer report`."""

from typing import Annotated

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, guarded, home_at, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("report")(report)


@guarded
def report(
    release: Annotated[
        str, typer.Argument(help="Folder, NAME or NAME/VERSION; the latest run by default.")
    ] = "",
    home: HomeOption = DEFAULT_HOME,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show where the compliance report of a release, or of the latest run, lies.

    Example: `plummer report safe_harbor/1.0.0 --home /srv/plummer`
    """
    from plummer.pipelines.reports import find_report

    path = find_report(home_at(home), release)
    say(str(path))
    if open_it:
        typer.launch(path.as_uri())
    if as_json:
        emit({"report": str(path), "json": str(path.with_suffix(".json"))})
