"""`plummer run`: register deliveries and execute the main job, in process, through Dagster."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import dagster as dg

from plummer.pipelines.assets.failures import error_of
from plummer.pipelines.definitions import main_job
from plummer.pipelines.deliveries import Delivery, discover, register
from plummer.pipelines.first_key import ensure_key
from plummer.pipelines.home import Home
from plummer.pipelines.instance import DELIVERIES, instance
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.outcome import Outcome, outcome, table_rows
from plummer.pipelines.request import RunRequest
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import (
    CODES,
    CROSSWALK,
    DEID_NOTES,
    DEID_RESOURCES,
    EVENTS,
    IDENTITIES,
    INDEX,
    LOADS,
    QUARANTINE,
    RESOURCES,
    SUBJECTS,
)  # fmt: skip

_UP_TO: Final[Mapping[str, tuple[str, ...]]] = {
    "identified": (
        RESOURCES.path, QUARANTINE.path, LOADS.path, INDEX.path, IDENTITIES.path, CROSSWALK.path,
    ),
    "deid": (DEID_RESOURCES.path, DEID_NOTES.path),
    "timeline": (EVENTS.path, SUBJECTS.path, CODES.path),
    "validated": ("validated",),
    "released": ("released",),
}  # fmt: skip
_LANDING: Final = (RESOURCES.path, QUARANTINE.path, LOADS.path)
_QUIET: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_SMALL_BYTES: Final = 32 * 1024**2
_SMALL_ROWS: Final = 20_000
STEPS: Final = 20
"""About how many steps and checks a whole run has, for the bar."""


@dataclass(frozen=True, slots=True)
class Source:
    """One ``--source KIND[@SITE]=PATH``.

    Example:
        >>> Source.parse("fhir@north=/data/x=y")
        Source(kind='fhir', site='north', path='/data/x=y')
    """

    kind: str
    site: str
    path: str

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read the option's value.

        Raises:
            PlummerError: ``source_form`` (exit 2).
        """
        head, equals, path = text.partition("=")
        kind, _, site = head.partition("@")
        if not (kind and equals and path) or (site and not site.replace("-", "").replace("_", "").isalnum()):
            message = "--source is KIND=PATH or KIND@SITE=PATH, e.g. fhir=/data/export"
            raise PlummerError("source_form", message, ExitCode.USAGE)
        return cls(kind, site or "main", path)


def run(home: Home, sources: Sequence[Source], request: RunRequest, to: str = "released") -> Outcome:
    """Land the sources and rebuild what follows from them.

    Raises:
        PlummerError: with the exit code of the contract; a closed gate is part of the outcome instead.
    """
    deliveries = [discover(source.kind, source.site, source.path) for source in sources]
    home.create()
    with writer(home.root), instance(home) as dagster:
        ensure_key(home, request.domain)
        ledger = Ledger(home.ledger)
        request = replace(request, small=_small(ledger, deliveries))
        request.save(ledger)
        ledger.start_run(request.run_id, request.profile, _now())
        try:
            found = _execute(dagster, home, deliveries, request, to)
        except PlummerError:
            ledger.end_run(request.run_id, "failed", _now(), None)
            raise
        ledger.end_run(request.run_id, found.state, _now(), found.account)
        return found


def _small(ledger: Ledger, deliveries: Sequence[Delivery]) -> bool:
    rows = table_rows(ledger).get(RESOURCES.path, 0)
    return rows <= _SMALL_ROWS and sum(f.bytes for d in deliveries for f in d.files) <= _SMALL_BYTES


def _execute(
    dagster: dg.DagsterInstance, home: Home, deliveries: Sequence[Delivery], request: RunRequest, to: str
) -> Outcome:
    for delivery in deliveries:
        register(home, delivery)
    dagster.add_dynamic_partitions(DELIVERIES, [delivery.delivery_id for delivery in deliveries])
    landings: list[Mapping[str, Any]] = []
    error: PlummerError | None = None
    for number, delivery in enumerate(deliveries, start=1):
        last = number == len(deliveries)
        error = _run_job(dagster, delivery, _selection(to) if last else _LANDING)
        stage = Ledger(home.ledger).stage("land")
        if stage is not None and stage.result["details"]["delivery"] == delivery.delivery_id:
            landings.append(stage.result["details"])
        if error is not None:
            break
    return outcome(home, request, landings, to, error)


def _run_job(
    dagster: dg.DagsterInstance, delivery: Delivery, selection: Sequence[str]
) -> PlummerError | None:
    with dg.execute_job(
        dg.reconstructable(main_job),
        dagster,
        run_config=_QUIET,
        tags={"dagster/partition": delivery.delivery_id},
        asset_selection=[dg.AssetKey(path.split("/")) for path in selection],
        raise_on_error=False,
    ) as result:
        if result.success:
            return None
        message = "an expectation of a table does not hold; the report names it"
        return error_of(result) or PlummerError("gate_closed", message, ExitCode.GATE_CLOSED, "schema")


def _selection(to: str) -> list[str]:
    chosen: list[str] = []
    for stage, paths in _UP_TO.items():
        chosen.extend(paths)
        if stage == to:
            return chosen
    raise PlummerError("stage_unknown", f"--to is one of {', '.join(_UP_TO)}", ExitCode.USAGE)


def new_run_id() -> str:
    """A random id: it tells neither time nor input."""
    return "r" + secrets.token_hex(10)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
