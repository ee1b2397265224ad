"""The gates of a run, built from what the stages measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pyspark.sql import functions as f

from plummer.deid.structure.invariance import Violations
from plummer.expectations import gates
from plummer.expectations.gates import Blocks, Gate
from plummer.expectations.results import SuiteResult
from plummer.pipelines import delta, suites
from plummer.pipelines.delta_log import latest_version
from plummer.pipelines.job import Job
from plummer.schemas.tables import SUBJECTS


def account(job: Job) -> dict[str, int]:
    """All landings of the home, added up."""
    total = dict.fromkeys(("read", "loaded", "duplicate", "quarantined", "deleted"), 0)
    for landing in job.ledger.landings():
        for name in total:
            total[name] += landing["account"][name]
    return total


def verdict(job: Job, scan: Mapping[str, Any] | None, dangling: int | None) -> tuple[Gate, ...]:
    """Every gate, with its number and limit; what the run didn't come to measure is closed.

    Args:
        job: the run's surroundings.
        scan: the leak scan's counts, None where it wasn't run.
        dangling: references that lead nowhere, None where they weren't counted.
    """
    counted = account(job)
    return (
        gates.balance(counted["read"], sum(counted.values()) - counted["read"]),
        _quarantine_share(job, counted),
        gates.schema(standing_suites(job), tuple(suites.SUITE_TABLES)),
        _unmeasured("leaks", "candidate")
        if scan is None
        else gates.leaks(scan["hits"], scan["planted"], scan["found"], scan["unopened"]),
        _unmeasured("references", "candidate") if dangling is None else gates.references(dangling),
        _k_anonymity(job),
        _timeline_invariance(job),
        gates.signatures(0),
    )


def _timeline_invariance(job: Job) -> Gate:
    step = job.reached("validate")
    found = None if step is None else step.details.get("fidelity")
    if found is None:
        return _unmeasured("timeline_invariance", "publish")
    violations = Violations(**found["timeline"]).total
    whole = found["records"] >= found["of"]
    note = "of every person" if whole else "of whole persons drawn by a hash"
    return gates.timeline_invariance(violations, found["subjects"], found["failed"], note)


def _unmeasured(name: str, blocks: Blocks) -> Gate:
    return Gate(name, None, None, None, blocks, "the run stopped before this was measured")


def _quarantine_share(job: Job, counted: Mapping[str, int]) -> Gate:
    scrubbed = job.reached("scrub")
    refused = 0 if scrubbed is None else sum(scrubbed.details["refused"].values())
    # a unit counts when it first comes in: records delivered again would dilute the share
    first = counted["loaded"] + counted["quarantined"]
    gate = gates.quarantine_share(first, counted["quarantined"] + refused, job.policy.quarantine_limit)
    note = "share of all units, each counted when first delivered, that was refused; from the landings"
    return replace(gate, note=f"{note} and from scrubbing")


def as_json(found: Sequence[Gate]) -> list[dict[str, Any]]:
    """Gates as plain data, for the ledger and ``run --json``."""
    return [asdict(gate) for gate in found]


def standing_suites(job: Job) -> tuple[SuiteResult, ...]:
    """Results of suites that were run on the tables as they are now; others count as not run."""
    current = {
        name: [latest_version(job.home.table(spec)), job.policy.sha256]
        for name, spec in suites.SUITE_TABLES.items()
    }
    known = job.ledger.checks()
    return tuple(r for r in suites.results(job) if known[r.table]["state"] == current[r.table])


def _k_anonymity(job: Job) -> Gate:
    if job.reached("timeline") is None:
        return _unmeasured("k_anonymity", "publish")
    subjects = delta.read(job.spark, job.home, SUBJECTS)
    groups = subjects.groupBy("sex", "anchor_year_band").count()
    row = groups.agg(f.min("count").alias("least"), f.sum("count").alias("all")).first()
    least, total = (0, 0) if row is None else (int(row["least"] or 0), int(row["all"] or 0))
    return gates.k_anonymity(least, total, job.policy.k, job.policy.min_subjects)
