"""What a run was asked to do; kept in the ledger so that the command line and the UI run the same job."""

from dataclasses import asdict, dataclass
from typing import Final

from plummer.pipelines.ledger import Ledger

STAGES: Final = ("identified", "deid", "timeline", "validated", "released")
"""What ``--to`` accepts, in order."""

CONFORMANCE: Final = ("sampled", "full", "enforce", "off")
"""What ``--conformance`` accepts: of how many records fhir.resources is asked, and whether it may refuse."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One `plummer run`.

    Attributes:
        run_id: random id of the run.
        profile: name of a shipped policy, or path of one.
        release: name of the release to write.
        domain: audience within which pseudonyms agree.
        small: the home and its deliveries are small enough for a session tuned for seconds.
        brief: they are small enough for one tuned for minutes.
        conformance: one of `CONFORMANCE`.
    """

    run_id: str
    profile: str = "safe_harbor"
    release: str = ""
    domain: str = "main"
    small: bool = False
    brief: bool = False
    conformance: str = "sampled"

    def save(self, ledger: Ledger) -> None:
        """Make this the request that assets read."""
        ledger.put("request", asdict(self))

    @classmethod
    def load(cls, ledger: Ledger, run_id: str) -> "RunRequest":
        """The saved request, or the default one where a home's first run starts in the UI."""
        saved = ledger.get("request")
        return cls(**saved) if saved is not None else cls(run_id)
