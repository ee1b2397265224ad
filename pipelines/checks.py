"""Asset checks: each table's Great Expectations suite, blocking what would be built on it."""

from collections.abc import Sequence

import dagster as dg

from plummer.pipelines.assets.failures import failing
from plummer.pipelines.assets.identified import key
from plummer.pipelines.job import Job
from plummer.pipelines.resources import HomeResource
from plummer.pipelines.suites import STEP_OF, SUITE_TABLES, check_table, waits_for
from plummer.schemas.tables import TableSpec


def all_checks() -> Sequence[dg.AssetChecksDefinition]:
    """One blocking check per table."""
    return [_check(suite, spec) for suite, spec in SUITE_TABLES.items()]


def touched_by(job: Job, path: str) -> dict[str, int]:
    """Of how many owners or subjects the step behind a table made rows anew, and of how many there are."""
    step = STEP_OF.get(path)
    record = None if step is None else job.ledger.stage(step)
    told = None if record is None else record.result["details"].get("touched")
    return {} if told is None else {"made_anew": told["n"], "made_anew_of": told["of"]}


def _check(suite: str, spec: TableSpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(spec.path),
        name=f"{suite}_expectations",
        blocking=True,
        description=f"The Great Expectations suite of {spec.path} holds.",
    )
    def expectations(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
        job: Job = home.job(context.run.run_id)
        with failing(f"check:{suite}"):
            if waiting := waits_for(job, suite):
                # nothing is recorded, so the gate of a release and the validate step still ask for it
                return dg.AssetCheckResult(passed=True, metadata={"waits_for": ", ".join(waiting)})
            found = check_table(job, suite)
        failed = [result.name for result in found.failed]
        touched = touched_by(job, spec.path)
        return dg.AssetCheckResult(
            passed=found.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "expectations": len(found.results),
                "failed": len(failed),
                "failed_names": ", ".join(failed) or "none",
                "dagster/row_count": found.rows,
                "seconds": found.seconds,
                **touched,
            },
        )

    return expectations
