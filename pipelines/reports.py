"""Where reports lie."""

from pathlib import Path

from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.schemas.errors import ExitCode, PlummerError


def find_report(home: Home, release: str) -> Path:
    """The report of a release (folder, NAME or NAME/VERSION), or of the latest run where none is named.

    Raises:
        PlummerError: ``report_missing`` (exit 2).
    """
    for path in _candidates(home, release):
        if path.is_file():
            return path
    message = "no report here; name a release's folder, NAME or NAME/VERSION, or run `plummer run` first"
    raise PlummerError("report_missing", message, ExitCode.USAGE)


def _candidates(home: Home, release: str) -> list[Path]:
    if not home.ledger.is_file():
        return [Path(release).absolute() / "report.html"] if release else []
    ledger = Ledger(home.ledger)
    if not release:
        latest = ledger.get("report")
        return [Path(latest)] if latest else []
    named = [r for r in ledger.releases() if release in (r.name, f"{r.name}/{r.version}")]
    places = [home.releases / r.name / r.version for r in reversed(named)]
    return [place / "report.html" for place in [*places, Path(release).absolute()]]
