"""`plummer quarantine retry`: refused units are read again from their source, and the account set right."""

from dataclasses import asdict, replace

from pyspark.sql import SparkSession

from plummer.pipelines import delta, progress
from plummer.pipelines.boundary import boundary
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.first_key import known_key
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.request import RunRequest
from plummer.pipelines.session import open_session
from plummer.pipelines.stages import land_retry, land_uncarried, retry_completion
from plummer.pipelines.stages.land_retry import Retried
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import COMPLETION, DELETIONS, LOADS, QUARANTINE, RESOURCES, UNCARRIED

_UNDER_WAY = "quarantine_retry"


def retry(home: Home, reason: str = "", domain: str = "main") -> Retried:
    """Try every refused unit again, or those of one reason, with today's code and what is declared today.

    What landing refused is read from the source, which must still be there as it was; what scrubbing
    refused is let go, and the next run scrubs it again. A retry that was killed is done again whole.

    Args:
        home: the home.
        reason: stable code; empty for all.
        domain: whose key the home's data was made with; without it nothing is written.

    Raises:
        PlummerError: ``home_missing`` or ``home_busy`` (exit 2), ``nothing_refused`` (exit 3), or a code of
            the key's (exit 5).
    """
    if not home.ledger.is_file() or not delta.exists(home, LOADS):
        message = "there is no home with landed data here; `plummer run` or `plummer demo` makes one"
        raise PlummerError("home_missing", message, ExitCode.USAGE)
    known_key(home, domain)
    with writer(home.root), boundary("quarantine"):
        ledger = Ledger(home.ledger)
        spark = open_session(home.scratch)
        found = _retry(spark, home, ledger, reason)
    if found == Retried():
        message = "nothing is refused for this reason" if reason else "nothing is refused"
        raise PlummerError("nothing_refused", message, ExitCode.NOTHING_TO_DO)
    return found


def _retry(spark: SparkSession, home: Home, ledger: Ledger, reason: str) -> Retried:
    chosen = land_retry.chosen_files(spark, home, reason)
    touched = sorted({*chosen, *(ledger.get(_UNDER_WAY) or ())})
    ledger.put(_UNDER_WAY, touched)  # a retry that is killed here leaves accounts to be set right
    total = Retried()
    sources: dict[str, Delivery] = {}
    enforce = RunRequest.load(ledger, "").conformance == "enforce"
    for number, (load_id, paths) in enumerate(sorted(chosen.items()), start=1):
        progress.started(f"load {number} of {len(chosen)}")
        found = land_retry.look_again(home, load_id, paths)
        total += Retried(gone=found.gone)
        if found.source is not None:
            sources[load_id] = found.source
        if found.delivery is not None and found.delivery.files:
            kept = land_uncarried.is_kept(spark, home, load_id, ledger.uncarried(load_id))
            total += land_retry.retry_load(spark, home, found.delivery, enforce=enforce, by_file=kept)
    rescrub = land_retry.forget_scrubbing(spark, home, reason)
    if rescrub:
        ledger.forget_stage("scrub")
    for load_id in touched:
        kept = land_uncarried.is_kept(spark, home, load_id, ledger.uncarried(load_id))
        left = land_uncarried.of_load(spark, home, load_id) if kept else None
        ledger.amend_landing(load_id, *land_retry.account_of_load(spark, home, load_id), left)
    retry_completion.retell(spark, home, touched, sources)
    _tell_tables(home, ledger)
    ledger.put(_UNDER_WAY, [])
    return total + Retried(rescrub=rescrub)


def _tell_tables(home: Home, ledger: Ledger) -> None:
    """Let the ledger know the tables as they are, so that the next run starts from them."""
    record = ledger.stage("land")
    if record is None:
        return
    specs = (RESOURCES, QUARANTINE, LOADS, DELETIONS, UNCARRIED, COMPLETION)
    there = [spec for spec in specs if delta.exists(home, spec)]
    tables = [asdict(delta.ref(home.table(spec), spec)) for spec in there]
    ledger.record_stage(replace(record, result={**record.result, "tables": tables}))
