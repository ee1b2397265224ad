"""CPU seconds and peak memory of this process and all it started, from /proc (Linux only)."""

import os
from contextlib import suppress
from pathlib import Path
from signal import SIGCHLD
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from time import sleep
from types import TracebackType
from typing import Final, Self

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_EVERY: Final = 0.25


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


_LEFT: Final[dict[tuple[int, str], int]] = {}
"""Ticks of processes whose parent asks for nothing when they end, by id and start, as last seen."""


def cpu_seconds() -> float:
    """User and system seconds so far, since the first call those of ended processes too.

    They stand in their parents' counts, but for Spark's Python workers: their daemon ignores how they end,
    which they do after a minute without work. Those are looked at every second.
    """
    if not any(thread.name == "meter" for thread in enumerate_threads()):
        Thread(target=_look_on, name="meter", daemon=True).start()
    found = _seen()
    gone = sum(n for (pid, start), n in list(_LEFT.items()) if pid not in found or found[pid][19] != start)
    return (sum(map(_ticks, found.values())) + gone) / _TICKS


def _look_on() -> None:
    while True:
        sleep(1)
        _seen()


def _seen() -> dict[int, list[str]]:
    found = family()
    careless = {pid for pid in {int(fields[1]) for fields in found.values()} if _ignores_ends(pid)}
    _LEFT.update({(pid, told[19]): _ticks(told) for pid, told in found.items() if int(told[1]) in careless})
    return found


def _ticks(fields: list[str]) -> int:
    # utime, stime, cutime, cstime are fields 14 to 17 of proc(5)
    return sum(map(int, fields[11:15]))


def _ignores_ends(pid: int) -> bool:
    """Whether a process ignores SIGCHLD, so that its ended children are in nobody's count."""
    try:
        return bool(int(_status(pid)["SigIgn"], 16) >> (SIGCHLD - 1) & 1)
    except (OSError, KeyError):
        return False


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
