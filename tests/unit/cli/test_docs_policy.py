"""The examples of docs/policy.md run and print what the page shows."""

import re
import shlex
from pathlib import Path

import pytest

from plummer.deid.policy.model import ABOUT
from plummer.deid.policy.strictness import STRICTEST_FIRST, TIME_MODES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "policy.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [
    (command, shown)
    for kind, block in BLOCKS
    if kind == "console"
    for command, shown in re.findall(
        r"^\$ plummer (policy .*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE
    )
]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The page's YAML files in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    for kind, block in BLOCKS:
        if kind == "yaml":
            (tmp_path / block.splitlines()[0].removeprefix("# ")).write_text(block)


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_an_example_prints_what_the_page_shows(plummer, files, command, shown):
    ended = plummer(*shlex.split(command))
    assert ended.code == 0, ended.err
    pattern = re.escape(shown).replace(r"\.\.\.", r"(?:.|\n)*?")
    assert re.fullmatch(pattern, ended.out), ended.out


def test_the_page_has_examples_of_each_command_that_needs_no_home():
    assert {command.split()[1] for command, _ in COMMANDS} == {"check", "explain", "diff"}


def test_the_page_names_every_action_and_the_order_of_strictness():
    words = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, flags=re.MULTILINE)
    listed = set(re.findall(r"`(\w+)`", " ".join(words)))
    assert {str(action) for action in ABOUT} <= listed
    plain = " ".join(PAGE.split())
    assert " ".join(STRICTEST_FIRST) in plain
    assert " ".join(TIME_MODES) in plain
