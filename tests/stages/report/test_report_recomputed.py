"""Every number of a report is counted again from the tables, by code that doesn't know the reporter."""

import hashlib
import html
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from deltalake import DeltaTable
from job_process import IDENTIFIED

pytestmark = pytest.mark.spark
K = 11


def _rows(home: Path, table: str) -> list[dict]:
    return DeltaTable(str(home / table)).to_pyarrow_table().to_pylist()


@pytest.fixture(scope="module")
def folder(released_home) -> Path:
    (version,) = (released_home / "released" / "safe_harbor").iterdir()
    return version


@pytest.fixture(scope="module")
def report(folder) -> dict:
    return json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="module")
def page(folder) -> str:
    """The report's page as text: tags away, white space folded."""
    text = re.sub(r"(?s)<style.*?</style>|<[^>]*>", " ", (folder / "report.html").read_text())
    return re.sub(r"\s+", " ", html.unescape(text))


def _number(count: int) -> str:
    return f"{count:,}"


def _same_or_withheld(told: dict, counted: dict) -> None:
    """The same labels; each count the same, or withheld. Small counts are never told."""
    assert set(told) == {label for label in told if label in counted or not told[label]}
    assert set(counted) <= set(told)
    for label, count in told.items():
        real = counted.get(label, 0)
        assert count in (None, real), label
        assert count is None or not 0 < real < K, label


def test_the_account(report, page, released_home):
    loads = _rows(released_home, "identified/loads")
    told = report["inputs"]["accounting"]
    for name in ("read", "loaded", "duplicate", "quarantined", "deleted"):
        assert told[name] == sum(row[name] for row in loads)
    assert told["read"] == sum(told[name] for name in ("loaded", "duplicate", "quarantined", "deleted")) > 0
    assert told["loaded"] == len(_rows(released_home, "identified/resources"))
    assert report["inputs"]["files"] == len(loads)
    assert report["inputs"]["bytes"] == sum(row["bytes"] for row in loads)
    assert _number(told["read"]) in page


def test_what_came_in_by_type_and_what_was_refused(report, released_home):
    types = Counter(row["resource_type"] for row in _rows(released_home, "identified/resources"))
    _same_or_withheld(report["inputs"]["by_type"], types)
    reasons = Counter(row["reason"] for row in _rows(released_home, "identified/quarantine"))
    assert report["inputs"]["quarantine"] == dict(reasons)


def test_rows_per_table(report, page, released_home):
    tables = [f"identified/{name}" for name in IDENTIFIED]
    tables += ["deid/resources", "deid/notes", "timeline/events", "timeline/codes", "timeline/subjects"]
    assert set(report["tables"]) == set(tables)
    for name in tables:
        count = len(_rows(released_home, name))
        if name == "timeline/subjects" and 0 < count < K:
            assert report["tables"][name] is None
            continue
        assert report["tables"][name] == count, name
        assert _number(count) in page


def test_decisions_by_rule(report, page, released_home):
    counted: Counter[str] = Counter()
    for row in _rows(released_home, "deid/resources"):
        counted.update(dict(row["actions"]))
    rules = {rule["rule"]: rule["count"] for rule in report["rules"]}
    assert rules == {name: n for name, n in counted.items() if not name.startswith("reference.")}
    assert rules
    classes: Counter[str] = Counter()
    for rule in report["rules"]:
        classes[rule["identifier_class"]] += rule["count"]
        assert rule["rule"] in page
    assert report["by_class"] == dict(classes)
    for reference in report["references"]:
        for kind in ("missing", "foreign"):
            assert reference[kind] == counted[f"reference.{kind}.{reference['path']}"]
    told = {f"reference.{kind}.{r['path']}" for r in report["references"] for kind in ("missing", "foreign")}
    assert {name for name in counted if name.startswith(("reference.missing.", "reference.foreign."))} <= told


def test_notes_and_replacements(report, page, released_home):
    notes = _rows(released_home, "deid/notes")
    replaced: Counter[str] = Counter()
    for note in notes:
        replaced.update(dict(note["counts"]))
    assert report["notes"]["released"] == len(notes) > 0
    assert report["notes"]["replacements"] == dict(replaced)
    refused = [r for r in report["rules"] if r["rule"].startswith("note_error.")]
    assert report["notes"]["refused"] == sum(rule["count"] for rule in refused)
    assert _number(sum(replaced.values())) in page


def _bins(values: list, steps: tuple[int, ...]) -> dict[str, int]:
    edges = [*pairwise(steps), (steps[-1], float("inf"))]
    labels = [f"{low:,}-{high:,}" if high != float("inf") else f"{low:,}+" for low, high in edges]
    return {
        label: sum(value is not None and low <= value < high for value in values)
        for label, (low, high) in zip(labels, edges, strict=True)
    }


def test_the_timeline(report, page, released_home):
    told = report["timeline"]
    events, subjects, codes = (
        _rows(released_home, f"timeline/{name}") for name in ("events", "subjects", "codes")
    )
    assert told["subjects"] == (None if 0 < len(subjects) < K else len(subjects))
    assert told["events"] == len(events)
    assert told["codes"] == len(codes) == len({row["code"] for row in events})
    assert _number(len(events)) in page
    _same_or_withheld(told["events_by_type"], Counter(row["event_type"] for row in events))
    _same_or_withheld(told["sex"], Counter(row["sex"] or "unknown" for row in subjects))
    assert told["codes_by_system"] == dict(Counter(row["code"].split("//")[0] for row in codes))
    per_subject = Counter(row["subject_id"] for row in events)
    assert sorted(per_subject.values()) == sorted(row["events"] for row in subjects)
    sizes = _bins(list(per_subject.values()), (0, 10, 30, 100, 300, 1000, 3000, 10_000))
    _same_or_withheld(told["events_per_subject"], sizes)
    years = [None if row["span_days"] is None else row["span_days"] / 365.25 for row in subjects]
    missing = {"none": years.count(None)} if None in years else {}
    _same_or_withheld(told["span_years"], {**_bins(years, (0, 1, 2, 5, 10, 20, 40, 80)), **missing})


def test_what_was_kept(report, released_home):
    """Issue B's floor for Safe Harbor, and D-16; elements are counted again by a walk of its own."""
    found = report["fidelity"]
    received = _rows(released_home, "identified/resources")
    assert found["records"] == found["of"] == len(received)
    assert found["failed"] == 0
    assert found["percent"] >= 97
    assert found["timeline"]["events"] > 100
    assert {n for name, n in found["timeline"].items() if name not in {"events", "missing"}} == {0}
    counted = Counter(row["resource_type"] for row in received for _ in _coded(json.loads(row["body"])))
    assert any(row["type"] == "Observation" and row["percent"] >= 97 for row in found["types"])
    assert found["shown"]["percent"] >= 97
    for row in found["types"]:
        if not row["withheld"] and row["parts"]["code"] is not None:
            # codes with their systems are a part of what was counted
            assert 0 < counted[row["type"]] < row["source"] + 1


def _coded(value):
    """Every code and system of a CodeableConcept's codings."""
    if isinstance(value, list):
        for item in value:
            yield from _coded(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"meta", "identifier", "extension", "contained"}:
                continue
            if key == "coding":
                yield from (part for coding in item for part in ("system", "code") if part in coding)
            else:
                yield from _coded(item)


def test_the_expectations_add_up(report):
    results = [result for suite in report["suites"] for result in suite["results"]]
    assert report["expectations"]["total"] == len(results) > 0
    assert report["expectations"]["passed"] == sum(result["passed"] for result in results)
    assert report["expectations"]["failed"] == 0


def test_the_leak_scan(report, folder, released_home):
    scan = report["scan"]
    assert scan["hits"] == 0
    assert scan["unopened"] == 0
    assert scan["controls_planted"] == scan["controls_found"] > 0
    needles = len(_rows(released_home, "identified/needles"))
    assert 0 < scan["needles_full"] + scan["needles_reduced"] <= needles
    assert scan["files"] >= len(list(folder.rglob("*.parquet")))


def test_versions_and_digests(report, folder, page):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert report["policy"]["sha256"] == manifest["policy"]["sha256"] == report["digests"]["policy"]
    assert report["policy"]["sha256"] in page
    for name, fact in manifest["tables"].items():
        assert report["digests"][name] == fact["content_sha256"]
        assert fact["rows"] == len(_rows(folder, name))
    listed = manifest["files"]["report.json"]["sha256"]
    assert listed == hashlib.sha256((folder / "report.json").read_bytes()).hexdigest()
