"""The report as plain data with small counts withheld: what the JSON says and the page shows.

Both forms are made from this one, so that they hold the same numbers and neither can show what the
other withholds.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from plummer.expectations.gates import Gate, closed
from plummer.expectations.report.data import ReportData
from plummer.expectations.report.kept import kept
from plummer.expectations.report.small_cells import breakdown, shown
from plummer.expectations.results import SuiteResult

FORMAT: Final = "plummer.report/1"
Public = dict[str, Any]


def public(data: ReportData) -> Public:
    """Everything the report says, as JSON types; None stands for a withheld count.

    Counts of persons, and of events or resources by kind, are withheld below k; counts of lines,
    files, rules, replacements and checks are technical and exact (design.md, Small cells).
    """
    plain: Public = dataclasses.asdict(data)
    k = data.k
    return {
        **plain,
        "format": FORMAT,
        "verdict": verdict(data),
        "inputs": {**plain["inputs"], "by_type": _by_kind(data, data.inputs.by_type)},
        "timeline": _timeline(data),
        "gates": [_gate(gate, k) for gate in data.gates],
        "suites": [_suite(suite, k) for suite in data.suites],
        "expectations": _totals(data),
        "tables": {path: _rows(path, rows, k) for path, rows in sorted(data.tables.items())},
        "rules": sorted(plain["rules"], key=lambda r: (r["identifier_class"], r["rule"])),
        "by_class": _by_class(data),
        "opinion": _opinion(data),
        "fidelity": _fidelity(data),
    }


def verdict(data: ReportData) -> Public:
    """One of ``stopped``, ``candidate``, ``published``, ``unreleased``; and which gates are closed."""
    stopped = [gate.name for gate in closed(data.gates, "candidate")]
    unsigned = [gate.name for gate in closed(data.gates, "publish")]
    if stopped:
        state = "stopped"
    elif data.release is None:
        state = "unreleased"
    else:
        state = "published" if data.release.state == "published" and not unsigned else "candidate"
    return {"state": state, "blocks_candidate": stopped, "blocks_publish": unsigned}


def _opinion(data: ReportData) -> Public | None:
    """With its counts by resource type withheld below k: they would tell how many there are."""
    found = data.opinion
    if found is None:
        return None
    rows = [(kind, path, error, shown(count, data.k)) for kind, path, error, count in found.findings]
    return {**dataclasses.asdict(found), "findings": sorted(rows, key=lambda row: row[:3])}


def _fidelity(data: ReportData) -> Public | None:
    if data.fidelity is None:
        return None
    came_in = _by_kind(data, data.inputs.by_type)
    hidden = {kind for kind, count in came_in.items() if count is None}
    return kept(data.fidelity, data.k, hidden)


def _timeline(data: ReportData) -> Public:
    found, k = data.timeline, data.k
    return {
        "subjects": shown(found.subjects, k),
        "events": found.events,
        "codes": found.codes,
        "events_by_type": _by_kind(data, found.events_by_type),
        "events_per_subject": breakdown(found.events_per_subject, k),
        "span_years": breakdown(found.span_years, k),
        "sex": breakdown(_sorted(found.sex), k),
        "codes_by_system": _sorted(found.codes_by_system),
        "left_out": _left_out(data),
    }


def _left_out(data: ReportData) -> list[tuple[str, str, int | None]]:
    """Type, reason, resources; withheld as small, and where the type's number is withheld above."""
    came_in = _by_kind(data, data.inputs.by_type)
    return [
        (kind, reason, None if came_in.get(kind, 0) is None else shown(count, data.k))
        for kind, reasons in sorted(data.timeline.left_out.items())
        for reason, count in sorted(reasons.items())
    ]


def _by_kind(data: ReportData, counts: Mapping[str, int]) -> dict[str, int | None]:
    """Rows by resource or event type: a Condition is a condition event, so the other one tells."""
    return breakdown(_sorted(counts), data.k, _told(data, counts))


def _told(data: ReportData, counts: Mapping[str, int]) -> set[int]:
    """Counts that stand elsewhere in the report."""
    other = data.timeline.events_by_type if counts is data.inputs.by_type else data.inputs.by_type
    return {data.timeline.subjects, data.notes.released, *data.tables.values(), *other.values()}


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """By label: an order by size would rank the withheld ones."""
    return dict(sorted(counts.items()))


def _gate(gate: Gate, k: int) -> Public:
    plain = dataclasses.asdict(gate)
    if gate.name == "k_anonymity" and isinstance(gate.value, int):
        plain["value"] = shown(gate.value, k)
    return plain


def _suite(suite: SuiteResult, k: int) -> Public:
    persons = suite.table == "subjects"
    plain = dataclasses.asdict(suite)
    plain["passed"] = suite.passed
    if persons:
        plain["rows"] = shown(suite.rows, k)
        for result in plain["results"]:
            result["elements"] = shown(result["elements"], k)
    return plain


def _totals(data: ReportData) -> Public:
    results = [result for suite in data.suites for result in suite.results]
    return {
        "total": len(results),
        "passed": sum(result.passed for result in results),
        "failed": sum(len(suite.failed) for suite in data.suites),
        "warned": sum(not result.passed and result.severity == "warn" for result in results),
    }


def _rows(path: str, rows: int, k: int) -> int | None:
    return shown(rows, k) if path.endswith("/subjects") else rows


def _by_class(data: ReportData) -> dict[str, int]:
    totals: dict[str, int] = {}
    for rule in data.rules:
        totals[rule.identifier_class] = totals.get(rule.identifier_class, 0) + rule.count
    return dict(sorted(totals.items()))
