"""CPU seconds and peak memory of this process and all it started, from /proc (Linux only)."""

import ctypes
import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_EVERY: Final = 0.25
_SUBREAPER: Final = 36


def adopt() -> None:
    """Become the parent of orphans among one's descendants, so that their seconds aren't lost (prctl(2)).

    Spark ends the process that forks its workers without waiting for them.
    """
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def family() -> dict[int, list[str]]:
    """Fields of /proc/PID/stat from the third on, for this process and its descendants.

    Example:
        >>> os.getpid() in family()
        True
    """
    stats: dict[int, list[str]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                stats[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
    found = {os.getpid()}
    grown = True
    while grown:
        more = {pid for pid, fields in stats.items() if int(fields[1]) in found} - found
        found |= more
        grown = bool(more)
    return {pid: stats[pid] for pid in found if pid in stats}


def cpu_seconds() -> float:
    """User and system seconds so far; those of ended children stand in their parents' counts."""
    # utime, stime, cutime, cstime are fields 14 to 17 of proc(5)
    return sum(sum(map(int, fields[11:15])) for fields in family().values()) / _TICKS


class Memory:
    """Watches memory until closed.

    Attributes:
        high: VmHWM in bytes by process id.
        names: command name by process id.
        together: largest sum of resident sets seen; pages that processes share count in each.
    """

    def __init__(self) -> None:
        self.high: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.together = 0
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def peak(self, *, java: bool) -> int:
        """Largest VmHWM of a JVM, or of a Python process."""
        return max((n for pid, n in self.high.items() if (self.names[pid] == "java") is java), default=0)

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            resident = 0
            for pid in family():
                with suppress(OSError, KeyError):
                    fields = _status(pid)
                    self.high[pid], self.names[pid] = _bytes(fields["VmHWM"]), fields["Name"]
                    resident += _bytes(fields["VmRSS"])
            self.together = max(self.together, resident)


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _bytes(value: str) -> int:
    return int(value.split(maxsplit=1)[0]) * 1024
