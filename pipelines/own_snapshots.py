"""What Dagster keeps of our own definitions: the same for every home, whatever it holds.

For each run Dagster stores the job and its plan as compressed JSON (``snapshots`` of ``runs.db``), whose
words are Dagster's and ours. A person who is called like one of them isn't named there. What is told here is
made from the definitions that are loaded now, never taken from the store, so a stored text that differs in a
byte is searched.
"""

import hashlib
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

import dagster as dg

from plummer.pipelines.definitions import defs


def own_snapshots(instance: dg.DagsterInstance) -> frozenset[str]:
    """The sha256, in hex, of the bodies of snapshots that the definitions give for the runs of an instance.

    Args:
        instance: tells which of our assets its runs asked for, and nothing else.
    """
    asked = {(run.job_name, run.asset_selection) for run in instance.get_runs()}
    with dg.DagsterInstance.ephemeral() as apart:
        return frozenset(
            hashlib.sha256(body).hexdigest()
            for name, selection in asked
            for body in _bodies(apart, name, selection)
        )


def _bodies(
    apart: dg.DagsterInstance, name: str, selection: AbstractSet[dg.AssetKey] | None
) -> Iterator[bytes]:
    """Job, whole job and plan as Dagster stores them, of a run that is never executed."""
    try:
        run = apart.create_run_for_job(defs.resolve_job_def(name), asset_selection=selection)
    except dg.DagsterError:
        return  # a job or an asset of other definitions than ours
    job = apart.get_job_snapshot(str(run.job_snapshot_id))
    snapshots: list[Any] = [job, apart.get_execution_plan_snapshot(str(run.execution_plan_snapshot_id))]
    if job.lineage_snapshot is not None:
        snapshots.append(apart.get_job_snapshot(job.lineage_snapshot.parent_snapshot_id))
    yield from (zlib.compress(dg.serialize_value(one).encode()) for one in snapshots)
