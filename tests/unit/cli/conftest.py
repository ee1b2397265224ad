"""Runs `plummer` in this process, as `main` runs it."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from plummer.pipelines.cli.main import main


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, Any]:
        """The object on the last line of standard output."""
        return json.loads(self.out.splitlines()[-1])


@pytest.fixture
def plummer(monkeypatch, capsys) -> Callable[..., Ended]:
    monkeypatch.delenv("PLUMMER_HOME", raising=False)
    monkeypatch.delenv("PLUMMER_STORAGE", raising=False)
    mask = os.umask(0o022)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["plummer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else int(code is not None), out, err)

    yield run
    os.umask(mask)
