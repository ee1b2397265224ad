"""The code location: `plummer ui`, `dg dev` and the command line load the same definitions."""

import dagster as dg

from plummer.pipelines import checks
from plummer.pipelines.assets import deidentified, identified, released
from plummer.pipelines.io import TableRefIOManager
from plummer.pipelines.resources import HomeResource
from plummer.pipelines.sensors import delivery_sensor

JOB = "plummer"

defs = dg.Definitions(
    assets=[
        identified.land,
        identified.index,
        identified.identities,
        identified.crosswalk,
        deidentified.deid_resources,
        deidentified.deid_notes,
        deidentified.timeline,
        released.validated,
        released.released,
    ],
    asset_checks=checks.all_checks(),
    jobs=[
        dg.define_asset_job(
            JOB,
            selection="*",
            # a process per step would start a JVM per step
            executor_def=dg.in_process_executor,
            description="Land a delivery and rebuild what follows from it, up to a candidate release.",
        )
    ],
    sensors=[delivery_sensor],
    resources={"home": HomeResource(), "io_manager": TableRefIOManager()},
)


def main_job() -> dg.JobDefinition:
    """The main job, for whoever runs it in process."""
    return defs.resolve_job_def(JOB)
