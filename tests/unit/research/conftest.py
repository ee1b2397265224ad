"""A home whose access ledger tests read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from research_home import add_release

from plummer.pipelines.research import Release, open_release
from plummer.pipelines.research.access import VARIABLE, entries


@pytest.fixture(autouse=True)
def _own_ledger(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def home(tmp_path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    add_release(home, "1.0.0")
    return home


@pytest.fixture
def folder(home) -> Path:
    return home / "released" / "r" / "1.0.0"


@pytest.fixture
def release(folder) -> Release:
    return open_release(folder, "unit tests")


@pytest.fixture
def recorded(home) -> Callable[[], list[dict]]:
    """What stands in the home's access ledger."""
    return lambda: list(entries(home / "identified" / "access.jsonl"))
