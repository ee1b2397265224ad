"""Assets of the de-identified zone: scrubbed resources, notes and the timeline."""

from collections.abc import Iterator

import dagster as dg

from plummer.pipelines import metadata, steps
from plummer.pipelines.assets.failures import RETRY, failing
from plummer.pipelines.assets.identified import key
from plummer.pipelines.resources import HomeResource
from plummer.schemas.tables import (
    CODES,
    CROSSWALK,
    DEID_NOTES,
    DEID_RESOURCES,
    EVENTS,
    IDENTITIES,
    RESOURCES,
    SUBJECTS,
)


@dg.asset(
    key=key(DEID_RESOURCES.path),
    group_name="deid",
    retry_policy=RETRY,
    deps=[
        dg.AssetDep(key(RESOURCES.path), partition_mapping=dg.AllPartitionMapping()),
        key(IDENTITIES.path),
        key(CROSSWALK.path),
    ],
)
def deid_resources(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Scrubbed resources: nothing that no rule of the policy names."""
    with failing("scrub"):
        result = steps.scrub(home.job(context.run.run_id))
    facts = metadata.of_table(result, result.table(DEID_RESOURCES.path))
    return dg.MaterializeResult(
        metadata={**facts, "actions": metadata.bars(result.details["actions"], "Decisions by rule")}
    )


@dg.asset(key=key(DEID_NOTES.path), group_name="deid", retry_policy=RETRY, deps=[key(DEID_RESOURCES.path)])
def deid_notes(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Scrubbed notes as rows."""
    with failing("notes"):
        result = steps.notes(home.job(context.run.run_id))
    return dg.MaterializeResult(metadata=metadata.of_table(result, result.table(DEID_NOTES.path)))


def _spec(path: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(path), description=description, group_name="timeline", deps=[key(DEID_RESOURCES.path)]
    )


@dg.multi_asset(
    name="timeline",
    retry_policy=RETRY,
    specs=[
        _spec(EVENTS.path, "One row per event of a subject, in order."),
        _spec(SUBJECTS.path, "One row per subject."),
        _spec(CODES.path, "One row per code."),
    ],
)
def timeline(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Map scrubbed resources to events, subjects and codes."""
    with failing("timeline"):
        result = steps.timeline(home.job(context.run.run_id))
    for ref in result.tables:
        facts = metadata.of_table(result, ref)
        if ref.path == EVENTS.path:
            facts["not_mapped"] = metadata.bars(result.details["not_mapped"], "Not mapped by type")
        yield dg.MaterializeResult(asset_key=key(ref.path), metadata=facts)
