"""The official tests of SQL on FHIR v2, and the official report.

https://github.com/FHIR/sql-on-fhir-v2/blob/master/tests.md
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from plummer.pipelines.views.view import compile_view
from plummer.schemas.errors import ExitCode, PlummerError


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test's end: its file, title, tags, and why it failed, or nothing."""

    file: str
    title: str
    tags: tuple[str, ...]
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the view did as the test says."""
        return not self.reason


def run_suite(folder: Path) -> tuple[Outcome, ...]:
    """Run every test file of a folder.

    Raises:
        PlummerError: ``tests_missing`` (exit 3) where there is none, ``tests_malformed`` (2) for a file
            that isn't one.
    """
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        raise PlummerError("tests_missing", "no test file here", ExitCode.NOTHING_TO_DO)
    return tuple(outcome for n, file in enumerate(files, 1) for outcome in _file(file, n))


def _file(path: Path, ordinal: int) -> Iterator[Outcome]:
    try:
        raw = json.loads(path.read_bytes(), parse_float=Decimal)
        resources, tests = list(raw["resources"]), list(raw["tests"])
        named = [(str(test["title"]), tuple(test.get("tags") or ()), test) for test in tests]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PlummerError(
            "tests_malformed", "a test file has title, resources and tests", ExitCode.USAGE, f"file {ordinal}"
        ) from None
    for title, tags, test in named:
        yield Outcome(path.name, title, tags, _reason(test, resources))


def _reason(test: Mapping[str, Any], resources: Sequence[Mapping[str, Any]]) -> str:
    """Why a test fails, or nothing."""
    try:
        view = compile_view(test.get("view"))
        names = [column.name for column in view.columns]
        rows = [dict(zip(names, row, strict=True)) for row in view.rows(resources)]
    except PlummerError as error:
        return "" if test.get("expectError") else f"{error.code} {error.ref}".strip()
    if test.get("expectError"):
        return "an error was expected"
    if "expectColumns" in test and names != test["expectColumns"]:
        return "the columns are others, or in another order"
    expected = test.get("expect")
    if expected is None or sorted(map(_key, rows)) == sorted(map(_key, expected)):
        return ""
    return f"{len(expected)} rows were expected; {len(rows)} came, or others"


def _key(row: object) -> str:
    """A row as text: keys sorted, numbers by their value."""
    return json.dumps(_plain(row), sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return ["number", format(Decimal(value).normalize(), "f")]
    return value


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The official report: by file, each test with its result."""
    out: dict[str, Any] = {}
    for one in outcomes:
        result = {"passed": True} if one.passed else {"passed": False, "reason": one.reason}
        out.setdefault(one.file, {"tests": []})["tests"].append({"name": one.title, "result": result})
    return out


def counts(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """Tests and passes: of all, and by tag.

    Example:
        >>> counts([Outcome("a.json", "t", ("shareable",), ""), Outcome("a.json", "u", ("shareable",), "no")])
        {'all': {'tests': 2, 'passed': 1}, 'shareable': {'tests': 2, 'passed': 1}}
    """
    out = {"all": {"tests": 0, "passed": 0}}
    for one in outcomes:
        for tag in ("all", *one.tags):
            row = out.setdefault(tag, {"tests": 0, "passed": 0})
            row["tests"] += 1
            row["passed"] += one.passed
    return out
