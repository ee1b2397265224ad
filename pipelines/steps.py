"""The steps of the main job, as the command line, the UI and the tests run them.

Each takes a `Job`, calls one stage and returns what it left behind. A step whose input is unchanged
and whose tables still stand is not run again: that is what makes a second run a no-op and a run after
a kill go on where the first one stopped.
"""

from dataclasses import asdict
from hashlib import sha256

from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.deliveries import load
from plummer.pipelines.delta import TableRef
from plummer.pipelines.job import Job
from plummer.pipelines.outcome import ACCOUNT
from plummer.pipelines.results import StepResult
from plummer.schemas.mappings import fingerprints
from plummer.schemas.tables import DELETIONS, LOADS, QUARANTINE, RESOURCES

INDEX_VERSION = 4
"""Raise when the index, identities or contexts change meaning, so that homes rebuild them."""
CROSSWALK_VERSION = 3
"""Raise when every home must look again for what its crosswalk lacks; 2: subjects' secrets."""
TIMELINE_VERSION = 1
"""Raise when the code makes other events or notes of the same mapping, so that homes rebuild them."""


def land(job: Job, delivery_id: str) -> StepResult:
    """Land one delivery; the account of this run's landings is added up under ``account``."""
    from plummer.pipelines.stages.land import land as run

    _ = job.key  # a lost or wrong key stops before the first write
    if job.ledger.stage("land") is not None:
        job.require_inputs("land")  # what is there is read for duplicates, and appended to
    delivery = load(job.home, delivery_id)

    def landed() -> StepResult:
        result = run(job.spark, job.home, delivery)
        details: dict[str, object] = {
            "delivery": delivery_id,
            "account": asdict(result.account),
            "unchanged": result.unchanged,
            "reasons": dict(result.reasons),
            "warnings": dict(result.warnings),
            "uncarried": dict(result.uncarried),
        }
        if delivery.mapping:
            details["mapping_sha256"] = sha256(delivery.mapping.encode()).hexdigest()
        return StepResult(result.tables, details)

    found = job.always("land", delivery_id, landed)
    if not job.ledger.knows_landing(delivery_id):
        first = _first_landing(job, delivery_id) if found.details["unchanged"] else {}
        job.ledger.record_landing(delivery_id, job.request.run_id, {**found.details, **first})
    return found


def _first_landing(job: Job, delivery_id: str) -> dict[str, object]:
    """A delivery's first account, from the tables: the run that landed it was killed before it was told."""
    mine = f.col("load_id") == delivery_id
    loads = delta.read(job.spark, job.home, LOADS).where(mine)
    sums = loads.agg(*(f.coalesce(f.sum(name), f.lit(0)).alias(name) for name in ACCOUNT)).first()
    refused = delta.read(job.spark, job.home, QUARANTINE).where(mine).groupBy("reason").count()
    return {
        "account": {name: int(sums[name]) for name in ACCOUNT} if sums is not None else {},
        "reasons": {row["reason"]: int(row["count"]) for row in refused.orderBy("reason").toLocalIterator()},
    }


def index(job: Job) -> StepResult:
    """Read every current resource once: names, references, times, identities; and see who is one patient."""
    from plummer.pipelines.stages.current import current_and_former
    from plummer.pipelines.stages.index import index as run
    from plummer.pipelines.stages.merges import merges

    def indexed() -> StepResult:
        rows, former = current_and_former(job.spark, job.home)
        key, zone = job.key.subkey("lookup"), job.policy.site_timezone
        made = run(job.spark, job.home, rows, key=key, zone=zone, former=former)
        merged = merges(job.spark, job.home)
        return StepResult((made,) if merged is None else (made, merged))

    told = [INDEX_VERSION, job.key.fingerprint, job.policy.site_timezone, fingerprints().times]
    inputs = [*told, _resources(job)]
    return job.once("index", inputs, indexed)


def identities(job: Job) -> StepResult:
    """What is known of each person, relatives and staff included."""
    from plummer.pipelines.stages.identities import identities as run

    return job.once("identities", job.state("index"), lambda: StepResult((run(job.spark, job.home),)))


def crosswalk(job: Job) -> StepResult:
    """Draw or derive the pseudonyms that are still missing."""
    from plummer.pipelines.index.crosswalk import CrosswalkKeys
    from plummer.pipelines.scrubbing.identifiers import asks
    from plummer.pipelines.stages.crosswalk import CrosswalkState, verify
    from plummer.pipelines.stages.crosswalk import crosswalk as run
    from plummer.pipelines.stages.identifiers import wanted
    from plummer.pipelines.stages.scrub import owner_of_record

    random = job.policy.profile == "safe_harbor"
    # which identifiers want a pseudonym is the policy's to say; without one that asks, nothing is looked for
    asked = job.policy.sha256 if random and asks(job.policy) else None

    def drawn() -> StepResult:
        keys = CrosswalkKeys.of(job.key, random=random)
        recorded = job.ledger.get("crosswalk")
        if recorded is not None:
            # a run killed while it drew has committed rows that the ledger doesn't know yet
            drawing = job.ledger.get("crosswalk_drawing")
            version = recorded["table"]["version"] if drawing else None
            known = CrosswalkState(TableRef(**recorded["table"]), recorded["digest"])
            verify(job.spark, job.home, keys, known, version)
        job.ledger.put("crosswalk_drawing", value=True)
        owner, key = owner_of_record(), job.key.subkey("lookup")
        found = wanted(job.spark, job.home, job.policy, key, owner)
        state = run(job.spark, job.home, keys, random=random, identifiers=found)
        job.ledger.put("crosswalk", {"table": asdict(state.table), "digest": state.digest})
        job.ledger.put("crosswalk_drawing", value=False)
        return StepResult((state.table,), {"added": state.added})

    return job.once("crosswalk", [CROSSWALK_VERSION, random, asked, job.state("index")], drawn)


def scrub(job: Job) -> StepResult:
    """Scrub every current resource under the policy."""
    from plummer.pipelines.scrubbing.settings import engine_version
    from plummer.pipelines.stages.scrub import scrub as run

    job.require_inputs("index", "identities", "crosswalk")
    inputs = [
        job.policy.sha256, engine_version(), _resources(job), job.state("index", "identities", "crosswalk"),
    ]  # fmt: skip
    return job.once("scrub", inputs, lambda: run(job.spark, job.home, job.policy, job.key))


def notes(job: Job) -> StepResult:
    """Notes as rows, taken from the scrubbed resources."""
    from plummer.pipelines.stages.notes import notes as run

    inputs = [TIMELINE_VERSION, fingerprints().all, job.state("scrub")]
    return job.once("notes", inputs, lambda: StepResult((run(job.spark, job.home),)))


def timeline(job: Job) -> StepResult:
    """Events, subjects and codes."""
    from plummer.pipelines.index.crosswalk import audience
    from plummer.pipelines.stages.contexts import bands
    from plummer.pipelines.stages.timeline import timeline as run

    def mapped() -> StepResult:
        domain = audience(job.key.domain, random=job.policy.profile == "safe_harbor")
        years = bands(job.spark, job.home, domain=domain, epoch=job.key.epoch)
        result = run(job.spark, job.home, years, time_mode=job.policy.time_mode)
        details = {
            "read": result.read,
            "with_events": result.with_events,
            "not_mapped": dict(result.not_mapped),
            "excluded": dict(result.excluded),
            "no_time": result.no_time,
        }
        return StepResult(result.tables, details)

    inputs = [TIMELINE_VERSION, fingerprints().all, job.state("scrub"), job.policy.time_mode.value]
    return job.once("timeline", inputs, mapped)


def _resources(job: Job) -> list[object]:
    record = job.ledger.stage("land")
    tables: list[object] = [] if record is None else record.result["tables"]
    read = (RESOURCES.path, DELETIONS.path)
    return [ref for ref in tables if isinstance(ref, dict) and ref["path"] in read]
