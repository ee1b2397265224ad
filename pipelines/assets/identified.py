"""Assets of the identified zone: landed rows, index, identities, crosswalk."""

from collections.abc import Iterator

import dagster as dg

from plummer.pipelines import metadata, steps
from plummer.pipelines.assets.failures import RETRY, failing
from plummer.pipelines.instance import DELIVERIES
from plummer.pipelines.resources import HomeResource
from plummer.schemas.tables import (
    COMPLETION,
    CROSSWALK,
    DELETIONS,
    IDENTITIES,
    INDEX,
    LOADS,
    QUARANTINE,
    RESOURCES,
    UNCARRIED,
)

deliveries = dg.DynamicPartitionsDefinition(name=DELIVERIES)


_SOMETIMES = {
    DELETIONS.path: "deletions",
    UNCARRIED.path: "fields_uncarried_by_file",
    COMPLETION.path: "types_of_exports",
}


def key(path: str) -> dg.AssetKey:
    """A table's asset key: its path below the home."""
    return dg.AssetKey(path.split("/"))


def _spec(path: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(key(path), description=description, group_name="identified")


@dg.multi_asset(
    name="land",
    partitions_def=deliveries,
    retry_policy=RETRY,
    specs=[
        _spec(RESOURCES.path, "Every resource version as received, with file and line."),
        _spec(QUARANTINE.path, "Every refused line or file, with a stable reason."),
        _spec(LOADS.path, "What each file of each delivery came to."),
    ],
)
def land(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Land the delivery that the partition names."""
    with failing("land"):
        result = steps.land(home.job(context.run.run_id), context.partition_key)
    account = {name: dg.MetadataValue.int(count) for name, count in result.details["account"].items()}
    for ref in result.tables:
        if ref.path in _SOMETIMES:  # are there only in a home that was told of one, so they are no assets
            account[_SOMETIMES[ref.path]] = dg.MetadataValue.int(ref.rows)
            continue
        facts = {**metadata.of_table(result, ref), **account}
        if ref.path == QUARANTINE.path:
            facts["reasons"] = metadata.bars(result.details["reasons"], "Quarantined by reason")
        yield dg.MaterializeResult(asset_key=key(ref.path), metadata=facts)


@dg.asset(
    key=key(INDEX.path),
    group_name="identified",
    retry_policy=RETRY,
    deps=[dg.AssetDep(key(RESOURCES.path), partition_mapping=dg.AllPartitionMapping())],
)
def index(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """One pass over the current resources: names, references, event times, identities."""
    with failing("index"):
        result = steps.index(home.job(context.run.run_id))
    return dg.MaterializeResult(metadata=metadata.of_table(result, result.table(INDEX.path)))


@dg.asset(key=key(IDENTITIES.path), group_name="identified", retry_policy=RETRY, deps=[key(INDEX.path)])
def identities(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """What is known of each person, so that notes can be searched for it."""
    with failing("identities"):
        result = steps.identities(home.job(context.run.run_id))
    return dg.MaterializeResult(metadata=metadata.of_table(result, result.table(IDENTITIES.path)))


@dg.asset(key=key(CROSSWALK.path), group_name="identified", retry_policy=RETRY, deps=[key(INDEX.path)])
def crosswalk(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Pseudonyms with their sealed real ids; rows are only ever added."""
    with failing("crosswalk"):
        result = steps.crosswalk(home.job(context.run.run_id))
    return dg.MaterializeResult(metadata=metadata.of_table(result, result.table(CROSSWALK.path)))
