"""Every example in the package's docstrings runs, in every module."""

import doctest
import importlib
import pkgutil

import pytest

PACKAGES = ("plummer.schemas", "plummer.deid", "plummer.expectations", "plummer.pipelines")


def modules() -> list[str]:
    found = list(PACKAGES)
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [module.name for module in pkgutil.walk_packages(path, f"{package}.")]
    return sorted(found)


# dagster itself uses what pydantic has deprecated
@pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")
@pytest.mark.parametrize("name", modules())
def test_examples_run(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.failed == 0, f"{tried.failed} of {tried.attempted} examples failed"


def test_walk_reaches_every_package() -> None:
    found = set(modules())
    assert {"plummer.deid.synth.export", "plummer.pipelines.cli.run", "plummer.schemas.tables"} <= found
    assert "plummer.expectations.gates" in found
