"""How a delivery's files are cut into pieces of work of about equal size.

Plain NDJSON is cut into byte ranges. A gzip can't be entered in the middle, so a large one is read by
several tasks, each of which inflates all of it, which is cheap, and checks every n-th run of lines,
which is not; no body is shuffled, and no core waits for one file. So are large files of CSV and of HL7 v2:
where a row or a message begins is known only from the start; and of Parquet, which may be one group of rows.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from plummer.pipelines.landing.limits import MIB, RANGE

STRIPE_LINES: Final = 256
"""Lines that a stripe takes in a row."""

SMALL_GZIP: Final = 2 * MIB
"""Below this a gzip is read by one task and not looked at before."""

_STRIPED: Final = frozenset({"csv", "hl7v2", "parquet"})
"""Forms of which every task reads all and takes a part."""

_INFLATES: Final = 12
"""Guess of how much larger a gzip is inside, for sharing out only."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One piece of work.

    Attributes:
        path: the file's path below the source.
        uri: where it is.
        form: see `plummer.pipelines.landing.forms`.
        size: bytes of the file as received.
        sha256: sha256 of the file as received.
        start: first byte of the range.
        end: first byte after it.
        before: newlines before ``start``.
        stripe: which runs of lines (of rows by their first line, of messages), of ``stripes``.
        stripes: 1 where the task reads all lines of its range.
        verified: whether the gzip was read to its end before.
        refusal: reason for which the whole file was refused before, else "".
        named: which of the files that the manifest under ``path`` names can't be taken, else -1.
        zone: IANA zone of times that have none of their own, "" where nobody declared one.
    """

    path: str
    uri: str
    form: str
    size: int
    sha256: str
    start: int
    end: int
    before: int = 0
    stripe: int = 0
    stripes: int = 1
    verified: bool = False
    refusal: str = ""
    named: int = -1
    zone: str = ""

    def takes(self, number: int, run: int = STRIPE_LINES) -> bool:
        """Whether the line, row or message of this number falls to it; it takes ``run`` of them in a row.

        Example:
            >>> task = ReadTask("a", "", "csv", 1, "", 0, 1, stripe=1, stripes=2)
            >>> task.takes(255), task.takes(256)
            (False, True)
        """
        return (number // run) % self.stripes == self.stripe

    @property
    def weight(self) -> int:
        """Bytes to be worked on, guessed."""
        if self.form == "other" or self.refusal:
            return 1
        packed = self.form.endswith((".gz", "parquet"))
        inside = self.size * _INFLATES if packed else self.end - self.start
        return max(1, inside // self.stripes)

    @property
    def needs_scan(self) -> bool:
        """Whether it must be looked at before it can be read: see `plummer.pipelines.landing.scan`."""
        if self.refusal:
            return False
        if self.form == "ndjson":
            return self.size > RANGE
        return self.form in {"ndjson.gz", "csv.gz"} and self.size > SMALL_GZIP


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a look at one range found; counts and a code only.

    Attributes:
        path: the file.
        start: first byte of the range.
        newlines: newlines in the range of a plain file.
        inside: decompressed bytes of a gzip.
        refusal: why the whole file is refused, else "".
    """

    path: str
    start: int
    newlines: int
    inside: int
    refusal: str


def split(tasks: Iterable[ReadTask], size: int = RANGE) -> list[ReadTask]:
    """Cut plain NDJSON files into byte ranges."""
    pieces: list[ReadTask] = []
    for task in tasks:
        cut = task.form == "ndjson" and not task.refusal
        starts = range(0, task.size, size) if cut and task.size else (0,)
        step = size if cut else max(task.size, 1)
        pieces += [replace(task, start=at, end=min(task.size, at + step)) for at in starts]
    return pieces


def apply_scan(tasks: Sequence[ReadTask], results: Iterable[ScanResult], width: int) -> list[ReadTask]:
    """Number the ranges' first lines, drop the ranges of refused files, stripe the large gzips.

    Args:
        tasks: what `split` made, in order.
        results: one for each task that needed a scan.
        width: tasks that can run at a time.
    """
    known = {(result.path, result.start): result for result in results}
    done: list[ReadTask] = []
    before: dict[str, int] = {}
    for task in tasks:
        result = known.get((task.path, task.start))
        first = known.get((task.path, 0))
        if task.form in _STRIPED and not task.refusal:
            done += _stripes(task, task.size * (_INFLATES if task.form == "parquet" else 1), width)
        elif result is None or first is None:
            done.append(task)
        elif first.refusal:
            done += [replace(task, refusal=first.refusal, end=task.size)] if task.start == 0 else []
        elif task.form == "ndjson":
            done.append(replace(task, before=before.get(task.path, 0)))
            before[task.path] = before.get(task.path, 0) + result.newlines
        else:
            done += _stripes(task, result.inside, width)
    return done


def _stripes(task: ReadTask, inside: int, width: int) -> list[ReadTask]:
    count = max(1, min(8, width, inside // RANGE))
    return [replace(task, stripe=number, stripes=count, verified=True) for number in range(count)]


def pack(tasks: Iterable[ReadTask], width: int, target: int = 4 * RANGE) -> list[list[ReadTask]]:
    """Put tasks into bins of about equal weight, one Spark partition each.

    Small files share a bin, since a task costs more than a small file; the largest go first.
    """
    ordered = sorted(tasks, key=lambda task: (-task.weight, task.path, task.start, task.stripe))
    total = sum(task.weight for task in ordered)
    bins = max(1, min(len(ordered), max(total // target, width if total > MIB else 1)))
    loads = [(0, number) for number in range(bins)]
    packed: list[list[ReadTask]] = [[] for _ in range(bins)]
    for task in ordered:
        load, number = heapq.heappop(loads)
        packed[number].append(task)
        heapq.heappush(loads, (load + task.weight, number))
    return packed
