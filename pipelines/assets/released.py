"""The last two assets: what was found out about the tables, and the candidate release."""

from functools import partial

import dagster as dg

from plummer.pipelines import metadata, steps_release
from plummer.pipelines.assets.failures import RETRY, failing
from plummer.pipelines.assets.identified import key
from plummer.pipelines.resources import HomeResource
from plummer.schemas.tables import CODES, DEID_NOTES, EVENTS, SUBJECTS

VALIDATED = dg.AssetKey(["validated"])
RELEASED = dg.AssetKey(["released"])


@dg.asset(
    key=VALIDATED,
    group_name="released",
    retry_policy=RETRY,
    deps=[key(EVENTS.path), key(SUBJECTS.path), key(CODES.path), key(DEID_NOTES.path)],
)
def validated(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Leak scan of every surface outside the identified zone, balance, references."""
    # imports the definitions, which import this
    from plummer.pipelines.own_snapshots import own_snapshots

    with failing("validate"):
        known = partial(own_snapshots, context.instance)
        result = steps_release.validate(home.job(context.run.run_id), known)
    leaks, opinion = result.details["leaks"], result.details["conformance"] or {"sampled": 0, "valid": 0}
    compared = result.details["fidelity"]
    return dg.MaterializeResult(
        metadata={
            "seconds": dg.MetadataValue.float(result.seconds),
            "hits": dg.MetadataValue.int(leaks["hits"]),
            "files": dg.MetadataValue.int(leaks["files"]),
            "fhir_resources_sampled": dg.MetadataValue.int(opinion["sampled"]),
            "fhir_resources_valid": dg.MetadataValue.int(opinion["valid"]),
            "records_compared_with_source": dg.MetadataValue.int(compared["records"]),
            "containers": metadata.bars(leaks["containers"], "Containers scanned"),
        }
    )


@dg.asset(key=RELEASED, group_name="released", retry_policy=RETRY, deps=[VALIDATED])
def released(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """A candidate release, written only where every gate that blocks it is open."""
    with failing("release"):
        result = steps_release.release(home.job(context.run.run_id))
    rows = {name: facts["rows"] for name, facts in result.details["tables"].items()}
    return dg.MaterializeResult(
        metadata={
            "version": dg.MetadataValue.text(result.details["version"]),
            "seconds": dg.MetadataValue.float(result.seconds),
            "rows": metadata.bars(rows, "Rows by released table"),
        }
    )
