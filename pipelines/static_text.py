"""Words that our own files put into tables, reports and logs: a name that equals one can't be told apart."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from plummer.schemas.fhir.codes import required_codes

# deid's name and word lists never reach an output, and would hide every name they hold
_PACKAGES: Final = (
    "plummer.schemas", "plummer.deid.policies", "plummer.expectations.suites",
    "plummer.expectations.report", "plummer.pipelines",
)  # fmt: skip
_LISTS: Final = ("veto.txt",)
"""Eponyms that the text engine leaves standing ("Wells score"), whoever else bears the name."""
_SUFFIXES: Final = (".py", ".yaml", ".html", ".css", ".json")


@cache
def static_text() -> frozenset[str]:
    """Lines of the product's own files that may stand in an output."""
    lines: set[str] = set()
    for package in _PACKAGES:
        for file in _walk(files(package)):
            if file.name.endswith(_SUFFIXES):
                text = file.read_text(encoding="utf-8")
                lines.update(
                    _literals(text) if file.name.endswith(".py") else map(str.strip, text.splitlines())
                )
    for name in _LISTS:
        text = files("plummer.deid.recognizers").joinpath(name).read_text(encoding="utf-8")
        lines.update(line.strip() for line in text.splitlines())
    # a Group.type "animal" is FHIR's word wherever it stands
    return frozenset(lines).union(*required_codes().values())


def _literals(source: str) -> Iterator[str]:
    """String constants of a module, without its docstrings: those reach no output."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield from (line.strip() for line in node.value.splitlines())


def _walk(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry
