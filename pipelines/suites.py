"""Runs the suites on the home's tables and keeps their typed results in the ledger."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from plummer.expectations.results import ExpectationResult, SuiteResult
from plummer.pipelines import ahead, delta, progress
from plummer.pipelines.delta_replace import parts_since, stands
from plummer.pipelines.job import Job
from plummer.schemas import tables
from plummer.schemas.tables import TableSpec

if TYPE_CHECKING:
    from plummer.expectations.suites import SuiteContext

WHOLE_UNDER: Final = 20_000
"""Rows of a table under which checking all costs less than finding what has changed."""
PART_UNDER: Final = 0.1
"""The share of rows that came up to which a check looks at them only: what ties them to others costs as much
as all rules on thrice as many (measured on 134,000 rows of ``deid/resources``, a third of them new)."""
SUITE_TABLES: Final[Mapping[str, TableSpec]] = {
    "resources": tables.RESOURCES,
    "quarantine": tables.QUARANTINE,
    "loads": tables.LOADS,
    "identities": tables.IDENTITIES,
    "crosswalk": tables.CROSSWALK,
    "deid_resources": tables.DEID_RESOURCES,
    "deid_notes": tables.DEID_NOTES,
    "events": tables.EVENTS,
    "subjects": tables.SUBJECTS,
    "codes": tables.CODES,
}
STEP_OF: Final[Mapping[str, str]] = {
    tables.IDENTITIES.path: "identities",
    tables.CROSSWALK.path: "crosswalk",
    tables.DEID_RESOURCES.path: "scrub",
    tables.DEID_NOTES.path: "notes",
    tables.EVENTS.path: "timeline",
    tables.SUBJECTS.path: "timeline",
    tables.CODES.path: "timeline",
}
"""The step that makes a table, of those that aren't landing's."""
_ZONES_WITH_POLICY: Final = ("deid", "timeline")
_TOGETHER: Final = (
    ("land", ("loads", "quarantine", "resources")),
    ("identities", ("crosswalk", "identities")),
    ("timeline", ("deid_notes", "codes", "events", "subjects")),
)
"""Suites that may run side by side once a step is done: Dagster asks for them one after the other."""


def check_table(job: Job, suite: str) -> SuiteResult:
    """Check a table, or take the last result where the table and the policy are the same.

    Of little data, planning a check costs more than running it and leaves cores idle, so the suites that
    Dagster will ask for next are begun too.
    """
    if not (job.request.small or job.request.brief):
        return _check(job, suite)
    for step, group in _TOGETHER:
        if suite in group and job.reached(step) is not None:
            ahead.begin(job.request.run_id, {name: partial(_check, job, name) for name in group})
    return ahead.take(job.request.run_id, suite) or _check(job, suite)


def waits_for(job: Job, suite: str) -> list[str]:
    """Tables that a suite joins and that this run hasn't made yet: it may end before that.

    What an earlier run left of them doesn't know whom this one brought.
    """
    from plummer.expectations.suites import suite_needs

    needed = (SUITE_TABLES[name] for name in suite_needs(suite))
    return [spec.path for spec in needed if not _made(job, spec)]


def _made(job: Job, spec: TableSpec) -> bool:
    step = STEP_OF.get(spec.path)
    return delta.exists(job.home, spec) and (step is None or job.reached(step) is not None)


def _check(job: Job, suite: str) -> SuiteResult:
    from plummer.expectations.suites import rules_of
    from plummer.pipelines.delta_log import latest_version

    spec = SUITE_TABLES[suite]
    state = [latest_version(job.home.table(spec)), job.policy.sha256]
    known = job.ledger.checks().get(suite)
    if known is not None and known["state"] == state and known["passed"]:
        progress.finished(f"check {spec.path}", 0.0, reused=True)
        return _from_json(known["result"])
    progress.started(f"check {spec.path}")
    context = _context(job, suite, spec)
    found = _part(job, suite, spec, context, known) or _run(job, suite, spec, context)
    rules = rules_of(suite, context)
    told = {"state": state, "rules": rules, "passed": found.passed, "result": asdict(found)}
    job.ledger.record_check(suite, job.request.run_id, told)
    progress.finished(f"check {spec.path}", found.seconds, reused=False)
    return found


def _context(job: Job, suite: str, spec: TableSpec) -> "SuiteContext":
    from plummer.expectations.suites import SuiteContext, suite_needs

    others = {name: delta.read(job.spark, job.home, SUITE_TABLES[name]) for name in suite_needs(suite)}
    policy = job.policy.sha256 if spec.zone in _ZONES_WITH_POLICY else None
    return SuiteContext(job.policy.time_mode.value, others, policy)


def _run(job: Job, suite: str, spec: TableSpec, context: "SuiteContext") -> SuiteResult:
    from plummer.expectations.suites import run_suite

    return run_suite(suite, delta.read(job.spark, job.home, spec), context=context)


def _part(
    job: Job, suite: str, spec: TableSpec, context: "SuiteContext", known: Mapping[str, Any] | None
) -> SuiteResult | None:
    """The result for a large table that has passed and of which little has changed; None for any other."""
    from plummer.expectations.suites import TIES, Change, rules_of, run_part_of_suite

    if known is None or not known["passed"] or suite not in TIES:
        return None
    version, policy = known["state"]
    same = (policy, known.get("rules")) == (job.policy.sha256, rules_of(suite, context))
    if not same or delta.row_count(job.home, spec) < WHOLE_UNDER or not stands(job.home, spec, version):
        return None
    parts = parts_since(job.spark, job.home, spec, version, PART_UNDER)
    if parts is None:
        return None
    return run_part_of_suite(suite, Change(*parts), _from_json(known["result"]), context=context)


def results(job: Job) -> tuple[SuiteResult, ...]:
    """The latest result of every suite that has run."""
    return tuple(_from_json(found["result"]) for found in job.ledger.checks().values())


def _from_json(data: Mapping[str, Any]) -> SuiteResult:
    rules = tuple(ExpectationResult(**rule) for rule in data["results"])
    return SuiteResult(data["table"], data["rows"], rules, data["seconds"])
