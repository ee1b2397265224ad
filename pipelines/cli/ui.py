"""`plummer ui`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, guarded, home_at, note


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("ui")(ui)


@guarded
def ui(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = 3000,
) -> None:
    """Serve Dagster's pages on loopback, with the home's runs and assets.

    The pages have no log-in of their own, so they are never served on another interface.

    Example: `plummer ui --home /srv/plummer --port 3001`
    """
    from plummer.pipelines.instance import prepare

    place = home_at(home)
    prepare(place)
    server = str(Path(sys.executable).with_name("dagster-webserver"))
    module = "plummer.pipelines.definitions"
    note(f"http://127.0.0.1:{port}")
    os.execv(server, [server, "--host", "127.0.0.1", "--port", str(port), "--module-name", module])  # noqa: S606
