"""`plummer doctor`."""

from typing import Annotated

import typer

from plummer.pipelines.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    emit,
    guarded,
    home_at,
    note,
    say,
)
from plummer.schemas.errors import ExitCode


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor")(doctor)


@guarded
def doctor(
    home: HomeOption = DEFAULT_HOME,
    fetch_jars: Annotated[
        bool, typer.Option("--fetch-jars", help="Bring the two Delta jars and prepare Java's classes.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what is wrong.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check Java, jars, keys, permissions, telemetry and disk, and say how to mend each.

    Exit 0 where all is well, else that of the first thing wrong.

    Example: `plummer doctor --home /srv/plummer`
    """
    from plummer.pipelines import jars
    from plummer.pipelines.class_data import make_archive
    from plummer.pipelines.diagnosis import diagnose
    from plummer.pipelines.session import java_version

    if fetch_jars:
        if not jars.jars_ready():
            jars.fetch_jars()
        if java_version() is not None and not make_archive():
            note("no archive of Java classes could be made; runs work without it and start slower")
    findings = diagnose(home_at(home))
    for finding in findings:
        if not (quiet and finding.ok):
            say(f"{'ok   ' if finding.ok else 'WRONG'} {finding.name}: {finding.about}")
    if as_json:
        emit({"checks": [{"name": f.name, "ok": f.ok, "about": f.about} for f in findings]})
    wrong = [finding for finding in findings if not finding.ok]
    raise typer.Exit(int(wrong[0].exit_code if wrong else ExitCode.DONE))
