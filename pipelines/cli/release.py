"""`plummer release`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, guarded, home_at, say
from plummer.pipelines.manifest import Verification, verify
from plummer.schemas.errors import ExitCode

app = typer.Typer(help="Releases: list, verify.", no_args_is_help=True)


@app.command("list")
@guarded
def list_releases(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the home's releases and their state.

    Example: `plummer release list --home /srv/plummer`
    """
    from plummer.pipelines.ledger import Ledger

    place = home_at(home)
    found = Ledger(place.ledger).releases() if place.ledger.is_file() else ()
    rows: list[dict[str, Any]] = []
    for release in found:
        path = place.releases / release.name / release.version
        rows.append(
            {"name": release.name, "version": release.version, "state": release.state, "path": str(path)}
        )
        say(f"{release.name}/{release.version}\t{release.state}\t{path}")
    if as_json:
        emit({"releases": rows})


@app.command("verify")
@guarded
def verify_release(
    folder: Annotated[Path, typer.Argument(help="The release's folder.")],
    require_signed: Annotated[
        bool, typer.Option("--require-signed", help="Unsigned counts as a finding.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check that no file of a release was added, removed, changed or renamed; needs only the folder.

    Exit 0 intact, 1 not, 2 not a release.

    Example: `plummer release verify plummer_home/released/safe_harbor/1.0.0`
    """
    found = verify(folder)
    passed = found.intact and (found.signed or not require_signed)
    for kind in ("added", "removed", "changed"):
        for path in getattr(found, kind):
            say(f"{kind}\t{path}")
    say(
        f"{'intact' if found.intact else 'NOT intact'}: {found.files} files, "
        f"{'signed' if found.signed else 'unsigned'}"
    )
    if as_json:
        emit(_as_json(folder, found))
    raise typer.Exit(int(ExitCode.DONE if passed else ExitCode.FINDING))


def _as_json(folder: Path, found: Verification) -> dict[str, Any]:
    return {
        "path": str(folder.absolute()),
        "intact": found.intact,
        "signed": found.signed,
        "files": found.files,
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": list(found.changed),
    }
