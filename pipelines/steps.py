"""The steps of the main job, as the command line, the UI and the tests run them.

Each takes a `Job`, calls one stage and returns what it left behind. A step whose input is unchanged
and whose tables still stand is not run again: that is what makes a second run a no-op and a run after
a kill go on where the first one stopped.
"""

from dataclasses import asdict
from hashlib import sha256

from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.base import MOSTLY, REWRITTEN, SMALL, Touched, base_of, built, grown, mostly
from plummer.pipelines.deliveries import load
from plummer.pipelines.delta import TableRef
from plummer.pipelines.job import Job
from plummer.pipelines.outcome import ACCOUNT
from plummer.pipelines.results import StepResult
from plummer.pipelines.zones import left_out
from plummer.schemas.mappings import fingerprints
from plummer.schemas.tables import (
    CROSSWALK,
    DEID_NOTES,
    DEID_RESOURCES,
    DELETIONS,
    EVENTS,
    IDENTITIES,
    INCOMPLETE,
    INDEX,
    LOADS,
    MERGES,
    POPULATION,
    QUARANTINE,
    REFUSED,
    RESOURCES,
    SUBJECTS,
    TALLIES,
    TOLD,
)  # fmt: skip

INDEX_VERSION = 6
"""Raise when the index, identities or contexts change meaning, so that homes rebuild them."""
CROSSWALK_VERSION = 3
"""Raise when every home must look again for what its crosswalk lacks; 2: subjects' secrets."""
SCRUB_VERSION = 1
"""Raise when the stage itself, not the engine, makes other rows of the same records."""
TIMELINE_VERSION = 3
"""Raise when the code makes other events or notes of the same mapping, so that homes rebuild them."""


def land(job: Job, delivery_id: str) -> StepResult:
    """Land one delivery; the account of this run's landings is added up under ``account``."""
    from plummer.pipelines.stages.land import land as run

    _ = job.key  # a lost or wrong key stops before the first write
    if job.ledger.stage("land") is not None:
        job.require_inputs("land")  # what is there is read for duplicates, and appended to
    delivery = load(job.home, delivery_id)

    def landed() -> StepResult:
        result = run(job.spark, job.home, delivery, enforce=job.request.conformance == "enforce")
        details: dict[str, object] = {
            "delivery": delivery_id,
            "account": asdict(result.account),
            "unchanged": result.unchanged,
            "reasons": dict(result.reasons),
            "warnings": dict(result.warnings),
            "uncarried": dict(result.uncarried),
        }
        if left_out(job.policy, delivery):
            details["warnings"] = dict(sorted({**result.warnings, "site_zone_left": 1}.items()))
        if delivery.zone:
            details["zone"] = delivery.zone
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
    from plummer.pipelines.index.sites import Sites
    from plummer.pipelines.stages import incomplete
    from plummer.pipelines.stages.changed import owners_of_records
    from plummer.pipelines.stages.current import current_and_former, owner_of_record
    from plummer.pipelines.stages.index import index as run
    from plummer.pipelines.stages.merges import merges

    sites = Sites.of(job.policy)
    told = [INDEX_VERSION, job.key.fingerprint, sites.told(), fingerprints().times]
    specs = (RESOURCES, DELETIONS, INCOMPLETE, INDEX)
    half, withhold = incomplete.half_of(job.home), job.policy.incomplete_encounters == "drop"
    key = job.key.subkey("lookup")

    def indexed() -> StepResult:
        lacking, counts = incomplete.find(job.spark, job.home, half, key=key, withhold=withhold)
        base, why = base_of(job, "index", told, specs)
        if base is not None and not grown(job.home, base, RESOURCES, DELETIONS):
            base, why = None, REWRITTEN
        rows, former = current_and_former(job.spark, job.home)
        every = rows.select(owner_of_record()).distinct().count()
        touched, owners = Touched(True, why, every, every), None
        if base is not None:
            owners = owners_of_records(job.spark, job.home, base).persist()
            n, most = mostly(owners, every)
            touched = Touched(True, MOSTLY, every, every) if most else Touched(False, "", n, every)
        some = None if touched.whole else owners
        made = run(job.spark, job.home, rows, key=key, zone=sites, former=former, base=base, owners=some)
        merged = merges(job.spark, job.home, tuple(s for link in sites.links for s in link.sites))
        if owners is not None:
            owners.unpersist()
        tables = tuple(table for table in (made, merged, lacking) if table is not None)
        result = StepResult(tables, {"incomplete": counts})
        return built(job, "index", told, specs, result=result, touched=touched)

    return job.once("index", [*told, _resources(job), *([half, withhold] if half else [])], indexed)


def identities(job: Job) -> StepResult:
    """What is known of each person, relatives and staff included."""
    from plummer.pipelines.stages.identities import identities as run
    from plummer.pipelines.stages.identities import is_small

    mode, specs = [INDEX_VERSION], (INDEX, MERGES, IDENTITIES)

    def gathered() -> StepResult:
        base, why = base_of(job, "identities", mode, specs)
        if base is not None and is_small(job.home):
            base, why = None, SMALL
        table, n = run(job.spark, job.home, base)
        touched = Touched(base is None, why, n, table.rows)
        return built(job, "identities", mode, specs, result=StepResult((table,)), touched=touched)

    return job.once("identities", job.state("index"), gathered)


def crosswalk(job: Job) -> StepResult:
    """Draw or derive the pseudonyms that are still missing."""
    from plummer.pipelines.index.crosswalk import CrosswalkKeys
    from plummer.pipelines.scrubbing.identifiers import asks
    from plummer.pipelines.stages.crosswalk import CrosswalkState, verify
    from plummer.pipelines.stages.crosswalk import crosswalk as run
    from plummer.pipelines.stages.current import owner_of_record
    from plummer.pipelines.stages.identifiers import wanted

    random = job.policy.profile == "safe_harbor"
    # which identifiers want a pseudonym is the policy's to say; without one that asks, nothing is looked for
    asked = job.policy.sha256 if random and asks(job.policy) else None
    mode = [CROSSWALK_VERSION, random, asked, job.key.fingerprint, job.key.epoch]
    specs = (INDEX, CROSSWALK)

    def drawn() -> StepResult:
        keys = CrosswalkKeys.of(job.key, random=random)
        base, why = base_of(job, "crosswalk", mode, specs)
        recorded = job.ledger.get("crosswalk")
        drawing = job.ledger.get("crosswalk_drawing")
        known = None
        if recorded is not None:
            # a run killed while it drew has committed rows that the ledger doesn't know yet
            version = recorded["table"]["version"] if drawing else None
            known = CrosswalkState(TableRef(**recorded["table"]), recorded["digest"])
            verify(job.spark, job.home, keys, known, version)
        job.ledger.put("crosswalk_drawing", value=True)
        owner, key = owner_of_record(), job.key.subkey("lookup")
        found = wanted(job.spark, job.home, job.policy, key, owner)
        state = run(
            job.spark, job.home, keys, random=random, identifiers=found, base=base,
            verified=None if drawing else known,
        )  # fmt: skip
        job.ledger.put("crosswalk", {"table": asdict(state.table), "digest": state.digest})
        job.ledger.put("crosswalk_drawing", value=False)
        result = StepResult((state.table,), {"added": state.added})
        touched = Touched(base is None, why, state.added, state.table.rows)
        return built(job, "crosswalk", mode, specs, result=result, touched=touched)

    return job.once("crosswalk", [CROSSWALK_VERSION, random, asked, job.state("index")], drawn)


def scrub(job: Job) -> StepResult:
    """Scrub every current resource under the policy."""
    from plummer.pipelines.scrubbing.settings import engine_version
    from plummer.pipelines.stages.scrub import scrub as run

    job.require_inputs("index", "identities", "crosswalk")
    rules = [job.policy.sha256, engine_version()]
    mode = [SCRUB_VERSION, INDEX_VERSION, *rules, job.key.fingerprint, job.key.epoch, fingerprints().times]
    specs = (
        RESOURCES, DELETIONS, INCOMPLETE, INDEX, MERGES, IDENTITIES, CROSSWALK, TOLD, POPULATION, REFUSED,
        DEID_RESOURCES,
    )  # fmt: skip

    def scrubbed() -> StepResult:
        base, why = base_of(job, "scrub", mode, specs)
        result, touched = run(job.spark, job.home, job.policy, job.key, base=base, why=why)
        return built(job, "scrub", mode, specs, result=result, touched=touched)

    inputs = [*rules, _resources(job), job.state("index", "identities", "crosswalk")]
    return job.once("scrub", inputs, scrubbed)


def notes(job: Job) -> StepResult:
    """Notes as rows, taken from the scrubbed resources."""
    from plummer.pipelines.stages.notes import notes as run

    mode, specs = [TIMELINE_VERSION, fingerprints().all], (DEID_RESOURCES, DEID_NOTES)

    def taken() -> StepResult:
        base, why = base_of(job, "notes", mode, specs)
        table, n = run(job.spark, job.home, base)
        touched = Touched(base is None, why, table.rows if base is None else n, table.rows)
        return built(job, "notes", mode, specs, result=StepResult((table,)), touched=touched)

    return job.once("notes", [*mode, job.state("scrub")], taken)


def timeline(job: Job) -> StepResult:
    """Events, subjects and codes."""
    from plummer.pipelines.index.crosswalk import audience
    from plummer.pipelines.stages import incomplete
    from plummer.pipelines.stages.contexts import bands
    from plummer.pipelines.stages.timeline import timeline as run

    mode = [TIMELINE_VERSION, fingerprints().all, job.policy.time_mode.value]
    specs = (DEID_RESOURCES, INCOMPLETE, EVENTS, SUBJECTS, TALLIES)

    def mapped() -> StepResult:
        base, why = base_of(job, "timeline", mode, specs)
        domain = audience(job.key.domain, random=job.policy.profile == "safe_harbor")
        years = bands(job.spark, job.home, domain=domain, epoch=job.key.epoch)
        marks = incomplete.marks(job.spark, job.home, base, domain=domain, epoch=job.key.epoch)
        result = run(job.spark, job.home, years, time_mode=job.policy.time_mode, base=base, marks=marks)
        details = {
            "read": result.read,
            "with_events": result.with_events,
            "not_mapped": dict(result.not_mapped),
            "excluded": dict(result.excluded),
            "excluded_by_type": {kind: dict(n) for kind, n in result.excluded_by_type.items()},
            "no_time": result.no_time,
        }
        every = next(table.rows for table in result.tables if table.path == SUBJECTS.path)
        touched = Touched(base is None, why, every if base is None else result.subjects, every)
        return built(job, "timeline", mode, specs, result=StepResult(result.tables, details), touched=touched)

    inputs = [TIMELINE_VERSION, fingerprints().all, job.state("scrub"), job.policy.time_mode.value]
    return job.once("timeline", inputs, mapped)


def _resources(job: Job) -> list[object]:
    record = job.ledger.stage("land")
    tables: list[object] = [] if record is None else record.result["tables"]
    read = (RESOURCES.path, DELETIONS.path)
    return [ref for ref in tables if isinstance(ref, dict) and ref["path"] in read]
