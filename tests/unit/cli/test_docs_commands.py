"""Every command line that the documentation shows is one that the program takes."""

import re
import shlex
from pathlib import Path

import click
import pytest
from typer.main import get_command

from plummer.pipelines.cli.main import app

# dagster itself uses what pydantic has deprecated
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")
ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = [
    (page.relative_to(ROOT).as_posix(), line)
    for page in PAGES
    for line in dict.fromkeys(re.findall(r"^\$ plummer (.+)$", page.read_text("utf-8"), re.M))
    if not re.search(r"[|<>]|\\$|\.\.\.", line.partition(" #")[0])
]


def test_there_are_some():
    assert sum(page == "README.md" for page, _ in SHOWN) > 9
    assert len({page for page, _ in SHOWN}) > 3


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=[f"{page}-{n}" for n, (page, _) in enumerate(SHOWN)])
def test_it_parses(page, line):
    from plummer.pipelines.runner import Source

    words = shlex.split(line, comments=True)
    command = get_command(app)
    context = click.Context(command, info_name="plummer")
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        assert command is not None
        if not isinstance(command, click.Group):
            break
        context = click.Context(command, info_name=name, parent=context)
    # parsing alone: an option that isn't there, or a value of the wrong kind, is a usage error
    found = command.make_context(command.name, words, parent=context)
    for source in found.params.get("source") or ():
        Source.parse(source)
