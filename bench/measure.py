"""One run of the whole job in this process, measured by stage, with copies in between."""

from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from pyspark.sql import SparkSession

from bench.copy import Text, copy, decompress
from bench.meter import Memory, cpu_seconds
from plummer.pipelines import progress
from plummer.pipelines.home import Home
from plummer.pipelines.job import settings_for
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.request import RunRequest
from plummer.pipelines.runner import Source, new_run_id, run
from plummer.pipelines.session import open_session

_COPY_AFTER = frozenset({"land", "scrub", "timeline", "validate", "release"})


@dataclass(slots=True)
class Cost:
    """Wall and CPU seconds."""

    wall: float = 0.0
    cpu: float = 0.0


@dataclass(slots=True)
class Measured:
    """What one run cost.

    Attributes:
        bytes: size of the decompressed input.
        read: units read.
        stages: cost by stage, in order; suites are added up under ``checks``.
        job: the whole job, session included, copies not.
        copies: wall seconds of each copy.
        copy_cpu: CPU seconds of all copies together.
        memory: peaks in bytes.
    """

    bytes: int = 0
    read: int = 0
    stages: dict[str, Cost] = field(default_factory=dict)
    job: Cost = field(default_factory=Cost)
    copies: list[float] = field(default_factory=list)
    copy_cpu: float = 0.0
    memory: dict[str, int] = field(default_factory=dict)


class Clock:
    """Listens to the job's steps; copies before the first one and after the long ones.

    What the copies and the session cost is kept out of the steps, and the copies out of the job.
    """

    def __init__(self, home: Home, text: Text, found: Measured) -> None:
        self._home, self._text, self._found = home, text, found
        self._began: dict[str, tuple[float, float]] = {}
        self.aside = Cost()

    def started(self, step: str) -> None:
        """A step begins: the first one opens the session, warms the copy and makes the first one."""
        if not self._found.copies:
            self._open()
        self._began[step] = perf_counter(), cpu_seconds()

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """A step has ended; whatever the job says it took, the copies were in it."""
        if step not in self._began:
            return
        wall, cpu = self._began.pop(step)
        cost = self._found.stages.setdefault(step.split(maxsplit=1)[0].replace("check", "checks"), Cost())
        cost.wall += perf_counter() - wall
        cost.cpu += cpu_seconds() - cpu
        if step in _COPY_AFTER:
            self._copy()

    def close(self) -> None:
        """Nothing to close."""

    def _open(self) -> None:
        wall, cpu = perf_counter(), cpu_seconds()
        request = RunRequest.load(Ledger(self._home.ledger), "")
        open_session(self._home.scratch, settings_for(request))
        self._found.stages["session"] = Cost(perf_counter() - wall, cpu_seconds() - cpu)
        self._copy()
        self._found.copies.clear()  # the first one only warms
        self._found.copy_cpu = 0.0
        self._copy()

    def _copy(self) -> None:
        wall, cpu = perf_counter(), cpu_seconds()
        spark = SparkSession.getActiveSession()
        if spark is None:
            return
        self._found.copies.append(copy(spark, self._text, self._home.root / "scratch" / "copy"))
        spent = Cost(perf_counter() - wall, cpu_seconds() - cpu)
        self._found.copy_cpu += spent.cpu
        self.aside.wall += spent.wall
        self.aside.cpu += spent.cpu


def measure(source: Path, folder: Path) -> Measured:
    """Run the job on a FHIR folder in a new home below a folder."""
    home = Home.at(folder / "home")
    found = Measured()
    text = decompress(source, folder / "text")
    clock = Clock(home, text, found)
    progress.listener = clock
    with Memory() as memory:
        wall, cpu = perf_counter(), cpu_seconds()
        outcome = run(home, [Source("fhir", "main", str(source))], RunRequest(new_run_id()))
        found.job = Cost(perf_counter() - wall - clock.aside.wall, cpu_seconds() - cpu - clock.aside.cpu)
    if outcome.error is not None:
        raise outcome.error
    found.bytes, found.read = text.bytes, outcome.account["read"]
    found.memory = {
        "JVM": memory.peak(java=True),
        "largest Python process": memory.peak(java=False),
        "all together": memory.together,
    }
    return found
