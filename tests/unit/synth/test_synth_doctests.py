"""Every example in the package's docstrings runs."""

import doctest
import importlib
import pkgutil

import pytest

import plummer.deid.synth

MODULES = sorted(m.name for m in pkgutil.iter_modules(plummer.deid.synth.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(f"plummer.deid.synth.{name}")
    assert doctest.testmod(module).failed == 0


def test_modules_were_found() -> None:
    assert {"export", "notes", "writer", "people"} <= set(MODULES)
