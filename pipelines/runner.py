"""`plummer run`: register deliveries and execute the main job, in process, through Dagster."""

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import dagster as dg

from plummer.deid.policy import Policy, load_policy
from plummer.pipelines import warmup
from plummer.pipelines.assets.failures import error_of
from plummer.pipelines.definitions import main_job
from plummer.pipelines.deliveries import MAPPED_KINDS, Delivery, discover, register
from plummer.pipelines.first_key import ensure_key, known_key
from plummer.pipelines.home import Home
from plummer.pipelines.instance import DELIVERIES, instance
from plummer.pipelines.job import REACHED, Job, settings_for
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.landing.mapping import SHIPPED, mapping_text, read_mapping
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.outcome import Outcome, outcome, table_rows
from plummer.pipelines.request import CONFORMANCE, RunRequest
from plummer.pipelines.steps_release import report_failed_check
from plummer.pipelines.zones import in_zone
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
_RELEASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SMALL: Final = (20_000, 32 * MIB)
_BRIEF: Final = (500_000, 512 * MIB)
"""Records in a home and bytes delivered up to which a session is tuned for seconds, and for minutes."""
_PACKED: Final = 10
"""About how many times its size a file of records has when it is unpacked."""
STEPS: Final = 20
"""About how many steps and checks a whole run has, for the bar."""


@dataclass(frozen=True, slots=True)
class Source:
    """One ``--source KIND[@SITE]=PATH``, with the text of the mapping that its rows are read with.

    Example:
        >>> Source.parse("fhir@north=/data/x=y")
        Source(kind='fhir', site='north', path='/data/x=y')
    """

    kind: str
    site: str
    path: str
    mapping: str = field(default="", repr=False)

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

    @classmethod
    def parse_all(cls, texts: Sequence[str], mapping: str = "") -> list["Source"]:
        """Read every ``--source``, and the mapping that those of kind ``csv`` are read with.

        Args:
            texts: the values of ``--source``.
            mapping: path of ``--mapping``, "" where it isn't given.

        Raises:
            PlummerError: ``source_form``, ``mapping_unreadable``, ``mapping_invalid`` or ``mapping_unused``
                (exit 2).
        """
        sources = [cls.parse(text) for text in texts]
        if mapping and not any(source.kind == "csv" for source in sources):
            message = "--mapping goes with --source csv=PATH; no source here is read with it"
            raise PlummerError("mapping_unused", message, ExitCode.USAGE)
        own = mapping_text("csv", mapping) if mapping else ""
        if mapping:
            read_mapping(own)  # an empty one is wrong, not absent
        return [
            replace(source, mapping=mapping_text(source.kind) if source.kind in SHIPPED else own)
            if source.kind in MAPPED_KINDS
            else source
            for source in sources
        ]


def run(
    home: Home, sources: Sequence[Source], request: RunRequest, to: str = "released", *, held: bool = False
) -> Outcome:
    """Land the sources and rebuild what follows from them.

    Args:
        home: where everything rests.
        sources: what to land, in this order.
        request: the run's id, profile and release name.
        to: last stage.
        held: the caller holds the home's lock already, and has begun to start Spark if that is worth it.

    Raises:
        PlummerError: with the exit code of the contract; a closed gate is part of the outcome instead.
    """
    policy = _check(home, request, to)
    found = [discover(source.kind, source.site, source.path, source.mapping) for source in sources]
    deliveries = [in_zone(home, policy, delivery) for delivery in found]
    known_key(home, request.domain)  # a lost or wrong key stops before the first write
    home.create()
    with nullcontext() if held else writer(home.root):
        ledger = Ledger(home.ledger)
        small, brief = _sizes(ledger, deliveries)
        request = replace(request, small=small, brief=brief)
        if not held:
            warmup.session(home.scratch, settings_for(request))
        return _run(home, deliveries, request, to)


def _run(home: Home, deliveries: Sequence[Delivery], request: RunRequest, to: str) -> Outcome:
    ledger = Ledger(home.ledger)
    with instance(home) as dagster:
        ensure_key(home, request.domain)
        request.save(ledger)
        ledger.start_run(request.run_id, request.profile, _now())
        for told in (REACHED, "gates", "report"):
            ledger.put(told, None)
        try:
            found = _execute(dagster, home, deliveries, request, to)
        except (PlummerError, KeyboardInterrupt):
            ledger.end_run(request.run_id, "failed", _now(), None)
            raise
        ledger.end_run(request.run_id, found.state, _now(), found.account)
        return found


def _check(home: Home, request: RunRequest, to: str) -> Policy:
    """Refuse what can't be done before anything is written."""
    _selection(to)
    policy = load_policy(request.profile)
    if request.conformance not in CONFORMANCE:
        message = f"--conformance is one of {', '.join(CONFORMANCE)}"
        raise PlummerError("conformance_unknown", message, ExitCode.USAGE)
    if to in ("validated", "released"):
        home.require_folder()
    if request.release and _RELEASE.fullmatch(request.release) is None:
        message = "a release's name is 1 to 64 letters, digits, _ . or -, begun by a letter or digit"
        raise PlummerError("release_name", message, ExitCode.USAGE)
    return policy


def _sizes(ledger: Ledger, deliveries: Sequence[Delivery]) -> tuple[bool, bool]:
    """Whether home and deliveries together are small, and whether a run of them is brief."""
    rows = table_rows(ledger).get(RESOURCES.path, 0)
    size = sum(
        file.bytes * (_PACKED if file.path.endswith(".gz") else 1) for one in deliveries for file in one.files
    )
    small, brief = (rows <= most and size <= largest for most, largest in (_SMALL, _BRIEF))
    return small, brief


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
        landed = None if stage is None or stage.run_id != request.run_id else stage.result["details"]
        if landed is not None and landed["delivery"] == delivery.delivery_id:
            landings.append(landed)
        if error is not None:
            break
    if error is not None and error.ref == "schema" and Ledger(home.ledger).get("report") is None:
        report_failed_check(Job(home, request.run_id))
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
        return error_of(result) or _without_code(result)


def _without_code(result: dg.JobExecutionResult) -> PlummerError:
    """What stopped a run whose steps told no error of ours."""
    if any(event.event_type_value == "PIPELINE_CANCELED" for event in result.all_events):
        raise KeyboardInterrupt
    if any(not check.passed for check in result.get_asset_check_evaluations()):
        message = "an expectation of a table does not hold; the report names it"
        return PlummerError("gate_closed", message, ExitCode.GATE_CLOSED, "schema")
    return PlummerError("stage_failed", "the stage ended with an unexpected error", ExitCode.INTERNAL, "job")


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
