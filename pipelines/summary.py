"""Puts a run's report together: every number from a table, a stage's result or the ledger."""

import itertools
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from plummer.expectations.gates import Gate
from plummer.expectations.report import (
    Accounting,
    Fidelity,
    Input,
    LeakScan,
    Notes,
    Policy,
    ReferenceCount,
    Release,
    ReportData,
    RuleCount,
    SecondOpinion,
    Timeline,
)  # fmt: skip
from plummer.pipelines import delta, verdict
from plummer.pipelines.identifier_classes import class_of
from plummer.pipelines.job import REACHED, Job
from plummer.pipelines.outcome import incomplete, seconds_by_stage, table_rows
from plummer.pipelines.scrubbing.settings import engine_version
from plummer.schemas import tables
from plummer.schemas.flags import INCOMPLETE_ENCOUNTER

_COMPONENTS: Final = (
    "plummer", "pyspark", "delta-spark", "dagster", "great-expectations", "presidio-analyzer",
    "fhir-resources",
)  # fmt: skip
_EVENT_STEPS: Final = (0, 10, 30, 100, 300, 1000, 3000, 10_000)
_YEAR_STEPS: Final = (0, 1, 2, 5, 10, 20, 40, 80)


def report_data(
    job: Job,
    found: Sequence[Gate],
    scan: Mapping[str, Any] | None,
    release: Release | None,
    digests: Mapping[str, str],
) -> ReportData:
    """The report's data; of steps that the run didn't come to, nothing is said.

    Args:
        job: the run's surroundings.
        found: the gates.
        scan: the leak scan's counts, None where it wasn't run.
        release: the release, None where a gate was closed.
        digests: sha256 of the released tables' contents.
    """
    scrubbed = job.reached("scrub")
    actions = {} if scrubbed is None else scrubbed.details["actions"]
    started = next((run["started"] for run in job.ledger.runs() if run["run_id"] == job.request.run_id), "")
    return ReportData(
        run_id=job.request.run_id,
        profile=job.policy.profile,
        time_mode=job.policy.time_mode.value,
        started=started,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        policy=Policy(job.policy.profile, job.policy.version, job.policy.sha256),
        versions=_versions(),
        inputs=_inputs(job),
        rules=tuple(
            _rule(name, count) for name, count in actions.items() if not name.startswith("reference.")
        ),
        notes=_notes(job, actions),
        references=_references(actions),
        suites=verdict.standing_suites(job),
        gates=tuple(found),
        scan=None if scan is None else _scan(scan),
        timeline=_timeline(job),
        tables=table_rows(job.ledger, job.ledger.get(REACHED) or ()),
        digests={"policy": job.policy.sha256, **digests},
        seconds=seconds_by_stage(job.ledger, job.request.run_id),
        release=release,
        k=job.policy.k,
        opinion=_opinion(job),
        fidelity=_fidelity(job),
    )


def _opinion(job: Job) -> SecondOpinion | None:
    """What the validate step told; nothing where the run asked for none."""
    step = job.reached("validate")
    told = None if step is None else step.details.get("conformance")
    if told is None:
        return None
    findings = tuple((str(kind), str(path), str(error), int(n)) for kind, path, error, n in told["findings"])
    return SecondOpinion(
        told["sampled"],
        told["valid"],
        sum(told["not_covered"].values()),
        findings,
        told.get("mode", "sampled"),
    )


def _fidelity(job: Job) -> Fidelity | None:
    """What the validate step found; a home of an earlier version has nothing of it."""
    step = job.reached("validate")
    found = None if step is None else step.details.get("fidelity")
    if found is None:
        return None
    content = {
        kind: {part: (pair[0], pair[1]) for part, pair in parts.items()}
        for kind, parts in found["content"].items()
    }
    return Fidelity(**{**found, "content": content})


def _versions() -> dict[str, str]:
    found = {name: version(name) for name in _COMPONENTS}
    return {**found, "engine": engine_version(), "python": platform.python_version()}


def _inputs(job: Job) -> Input:
    if job.reached("land") is None:
        return Input(Accounting(**verdict.account(job)), 0, 0, {}, {})
    resources = delta.read(job.spark, job.home, tables.RESOURCES)
    loads = delta.read(job.spark, job.home, tables.LOADS)
    files = loads.agg(f.count("*").alias("n"), f.sum("bytes").alias("bytes")).first()
    return Input(
        Accounting(**verdict.account(job)),
        files=int(files["n"]) if files is not None else 0,
        bytes=int(files["bytes"] or 0) if files is not None else 0,
        by_type=_counts(resources, "resource_type"),
        quarantine=_counts(delta.read(job.spark, job.home, tables.QUARANTINE), "reason"),
    )


def _rule(name: str, count: int) -> RuleCount:
    return RuleCount(name, class_of(name), name.rsplit(".", 1)[-1], count)


def _notes(job: Job, actions: Mapping[str, int]) -> Notes:
    if job.reached("notes") is None:
        return Notes(0, 0, {})
    rows = delta.read(job.spark, job.home, tables.DEID_NOTES)
    exploded = rows.select(f.explode("counts").alias("type", "n"))
    totals = exploded.groupBy("type").agg(f.sum("n").alias("n")).orderBy("type")
    refused = sum(count for name, count in actions.items() if name.startswith("note_error."))
    count = table_rows(job.ledger)[tables.DEID_NOTES.path]
    return Notes(count, refused, {row["type"]: int(row["n"]) for row in totals.collect()})


def _references(actions: Mapping[str, int]) -> tuple[ReferenceCount, ...]:
    found: dict[str, dict[str, int]] = {}
    for name, count in actions.items():
        if name.startswith(("reference.missing.", "reference.foreign.")):
            _, kind, path = name.split(".", 2)
            found.setdefault(path, {})[kind] = count
    return tuple(
        ReferenceCount(path, kinds.get("missing", 0), kinds.get("foreign", 0))
        for path, kinds in sorted(found.items())
    )


def _scan(scan: Mapping[str, Any]) -> LeakScan:
    return LeakScan(
        scan["files"], scan["bytes"], scan["containers"], scan["full"], scan["reduced"],
        scan["planted"], scan["found"], scan["hits"], scan["unopened"],
        tuple((one["needle"], one["path"], one["place"], one["variant"]) for one in scan["findings"]),
    )  # fmt: skip


def _timeline(job: Job) -> Timeline:
    step = job.reached("timeline")
    if step is None:
        return Timeline(0, 0, 0, {}, {}, {}, {}, {})
    events = delta.read(job.spark, job.home, tables.EVENTS)
    subjects = delta.read(job.spark, job.home, tables.SUBJECTS)
    codes = delta.read(job.spark, job.home, tables.CODES)
    standing = table_rows(job.ledger)
    years = subjects.select((f.col("span_days") / 365.25).alias("value"))
    by_type = _counts(events, "event_type")
    return Timeline(
        subjects=standing[tables.SUBJECTS.path],
        events=sum(by_type.values()),
        codes=standing[tables.CODES.path],
        events_by_type=by_type,
        events_per_subject=_histogram(subjects.select(f.col("events").alias("value")), _EVENT_STEPS),
        span_years=_histogram(years, _YEAR_STEPS),
        sex=_counts(subjects.fillna("unknown", ["sex"]), "sex"),
        codes_by_system=_counts(
            codes.select(f.split_part("code", f.lit("//"), f.lit(1)).alias("system")), "system"
        ),
        left_out=_left_out(step.details, incomplete(job.ledger)["withheld"]),
    )


def _left_out(details: Mapping[str, Any], withheld: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Resources without an event by type and reason; a home of an earlier version knows the types alone."""
    found = {kind: dict(reasons) for kind, reasons in details.get("excluded_by_type", {}).items()}
    for kind, count in details["not_mapped"].items():
        found.setdefault(kind, {})["not_mapped"] = count
    for kind, count in withheld.items():
        found.setdefault(kind, {})[INCOMPLETE_ENCOUNTER] = count
    return found


def _counts(rows: DataFrame, column: str) -> dict[str, int]:
    counted = rows.groupBy(column).count().orderBy(column)
    return {row[column]: int(row["count"]) for row in counted.collect()}


def _histogram(values: DataFrame, steps: Sequence[int]) -> dict[str, int]:
    """Rows by step of their value, every step present, nulls under ``none``."""
    labels = {low: f"{low:,}-{high:,}" for low, high in itertools.pairwise(steps)}
    labels[steps[-1]] = f"{steps[-1]:,}+"
    bin_of = f.lit(None).cast("int")
    for low in steps:
        bin_of = f.when(f.col("value") >= low, f.lit(low)).otherwise(bin_of)
    counted = {row["bin"]: int(row["count"]) for row in values.groupBy(bin_of.alias("bin")).count().collect()}
    found = {labels[low]: counted.get(low, 0) for low in steps}
    return {**found, "none": counted[None]} if None in counted else found
