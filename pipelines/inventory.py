"""What a home holds, read without Spark: from the ledger and from what each landing recorded."""

from typing import Any

from plummer.pipelines.delta_log import rows_of
from plummer.pipelines.home import Home
from plummer.pipelines.landing.standing import standing
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.outcome import incomplete, table_rows
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import COMPLETION


def inventory(home: Home) -> dict[str, Any]:
    """Tables with rows, landings with accounts, quarantine by reason, releases, runs.

    Raises:
        PlummerError: ``home_missing`` (exit 2) where there is no home.
    """
    if not home.ledger.is_file():
        message = "there is no home here; `plummer run` or `plummer demo` makes one"
        raise PlummerError("home_missing", message, ExitCode.USAGE)
    ledger = Ledger(home.ledger)
    landings = ledger.landings()
    reasons: dict[str, int] = {}
    scrubbed = ledger.stage("scrub")
    told = [landing["reasons"] for landing in landings]
    for counts in [*told, {} if scrubbed is None else scrubbed.result["details"]["refused"]]:
        for reason, count in counts.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return {
        "home": str(home.root),
        "tables": table_rows(ledger),
        "loads": [
            {
                "load_id": landing["delivery"],
                **landing["account"],
                "warnings": landing.get("warnings", {}),
                "uncarried": landing.get("uncarried", {}),
                **{name: landing[name] for name in ("mapping_sha256", "zone") if name in landing},
            }
            for landing in landings
        ],
        "completion": standing(rows_of(home.table(COMPLETION))),
        "incomplete": incomplete(ledger),
        "quarantine": dict(sorted(reasons.items())),
        "releases": [
            {
                "name": r.name,
                "version": r.version,
                "state": r.state,
                "path": str(home.releases / r.name / r.version),
            }
            for r in ledger.releases()
        ],
        "runs": ledger.runs(),
    }
