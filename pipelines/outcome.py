"""What a run came to: the object of ``run --json``, put together from the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from plummer.deid.policy import load_policy
from plummer.pipelines.home import Home
from plummer.pipelines.landing.uncarried import added
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.request import RunRequest
from plummer.schemas.errors import ExitCode, PlummerError

ACCOUNT: Final = ("read", "loaded", "duplicate", "quarantined", "deleted")
"""Parts of an account; ``read`` is the sum of the others."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run.

    Attributes:
        data: the object of ``run --json``.
        account: the landings of this run, added up.
        error: what ended the run early, a closed gate included.
    """

    data: Mapping[str, Any]
    account: Mapping[str, int]
    error: PlummerError | None = field(default=None)

    @property
    def state(self) -> str:
        """How the ledger files the run."""
        if self.error is None:
            return "done"
        return "gate_closed" if self.error.exit_code == ExitCode.GATE_CLOSED else "failed"


def outcome(
    home: Home,
    request: RunRequest,
    landings: Sequence[Mapping[str, Any]],
    to: str,
    error: PlummerError | None,
) -> Outcome:
    """Put the run's object together; what did not come to be is null."""
    ledger = Ledger(home.ledger)
    account = {name: sum(landing["account"][name] for landing in landings) for name in ACCOUNT}
    released = ledger.stage("release") if to == "released" and error is None else None
    policy = load_policy(request.profile)
    data: dict[str, Any] = {
        "run_id": request.run_id,
        "profile": policy.profile,
        "policy_sha256": policy.sha256,
        "unchanged": bool(landings) and all(landing["unchanged"] for landing in landings)
        and (released is None or released.run_id != request.run_id),
        "accounting": account,
        "warnings": added(landing.get("warnings", {}) for landing in landings),
        "uncarried": added(landing.get("uncarried", {}) for landing in landings),
        "incomplete": incomplete(ledger),
        "tables": table_rows(ledger),
        "gates": ledger.get("gates") or [],
        "release": None if released is None else released.result["details"]["release"],
        "report": ledger.get("report"),
        "seconds": seconds_by_stage(ledger, request.run_id),
    }  # fmt: skip
    if error is not None:
        data["error"] = {"code": error.code, "message": error.message, "ref": error.ref}
    return Outcome(data, account, error)


TABLE_STEPS: Final = ("land", "index", "identities", "crosswalk", "scrub", "notes", "timeline")
"""The steps that write tables, in order."""


def table_rows(ledger: Ledger, steps: Collection[str] = TABLE_STEPS) -> dict[str, int]:
    """Rows of every table that one of the steps has written."""
    rows: dict[str, int] = {}
    for step in (step for step in TABLE_STEPS if step in steps):
        record = ledger.stage(step)
        for ref in [] if record is None else record.result["tables"]:
            rows[ref["path"]] = ref["rows"]
    return rows


def incomplete(ledger: Ledger) -> dict[str, Any]:
    """Encounters of exports that came in half, and by type the records that the policy withholds for it."""
    record = ledger.stage("index")
    told = {} if record is None else record.result["details"].get("incomplete", {})
    return {"encounters": 0, "withheld": {}} | told


def seconds_by_stage(ledger: Ledger, run_id: str) -> dict[str, float]:
    """Wall seconds of every step that ran in a run; steps that were reused took none."""
    found: dict[str, float] = {}
    for step in (*TABLE_STEPS, "validate", "release"):
        record = ledger.stage(step)
        if record is not None and record.run_id == run_id:
            found[step] = record.seconds
    return found
