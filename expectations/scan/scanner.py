"""The scan: files in, a value-free report out."""

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import Final

from plummer.expectations.scan import controls
from plummer.expectations.scan.decode_archives import ARCHIVES
from plummer.expectations.scan.decode_arrow import COLUMNAR
from plummer.expectations.scan.decode_small import SMALL
from plummer.expectations.scan.decode_sqlite import SQLITE
from plummer.expectations.scan.decode_streams import STREAMS
from plummer.expectations.scan.masking import Masker
from plummer.expectations.scan.matcher import Hit, Matcher
from plummer.expectations.scan.needles import Needle, check_needle
from plummer.expectations.scan.report import MAX_LISTED, Controls, Finding, ScanReport, Unopened
from plummer.expectations.scan.source import Blob, Decoder, Limits
from plummer.expectations.scan.walker import Trail, Walker

DECODERS: Final[tuple[Decoder, ...]] = (*COLUMNAR, SQLITE, *STREAMS, *ARCHIVES, *SMALL)
Progress = Callable[[int, int], None]
"""Called with files done and files in all."""


class Scanner:
    """Looks for needles in files and in texts.

    Pickles as its needles and what is known, and is built again where it arrives.

    Args:
        needles: what must not be found.
        limits: bounds against hostile containers.
        known: sha256 in hex of cells and members whose every byte is known to be nobody's.

    Example:
        >>> scanner = Scanner([Needle("n1", "Jane Public")])
        >>> list(scanner.scan_text('{"note": "seen by PUBLIC, JANE"}'))
        [('n1', 'last_first')]
    """

    def __init__(
        self,
        needles: Sequence[Needle],
        *,
        limits: Limits | None = None,
        known: AbstractSet[str] = frozenset(),
    ) -> None:
        self._needles = tuple(needles)
        self._limits = limits or Limits()
        self._known = frozenset(known)
        self._controls = controls.draw()
        values = (*(needle.value for needle in self._needles), *self._controls.values())
        self._walker = Walker(Matcher(values), DECODERS, self._limits, self._known)
        self._mask = Masker(lambda text: any(True for _ in self._hits_in(text)))

    def __reduce__(self) -> tuple[Callable[..., "Scanner"], tuple[tuple[Needle, ...]]]:
        return partial(Scanner, known=self._known), (self._needles,)

    def scan_text(self, text: str) -> Iterator[tuple[str, str]]:
        """Hits in a text, its other readings and what is encoded in it: needle id and form, sorted."""
        hits = {(self._needles[index].id, form) for index, form in _plainest(self._hits_in(text))}
        yield from sorted(hits)

    def _hits_in(self, text: str) -> set[Hit]:
        trail = self._walker.trail(len(text))
        self._walker.text(text, trail, "", 0)
        hits = set().union(*trail.hits.values())
        return {(index, form) for index, form in hits if index < len(self._needles)}

    def scan(self, paths: Sequence[Path], *, progress: Progress | None = None) -> ScanReport:
        """Search files and folders, then the controls with the same code.

        Args:
            paths: files, or folders that are searched whole.
            progress: told after each file.

        Returns:
            A report that holds ids, masked paths and places, and no value.
        """
        files = sorted({(path, name) for root in paths for path, name in _walk(_root(root))})
        tally = _Tally()
        for done, (path, name) in enumerate(files, 1):
            tally.add(path, self._file(path, name), _size(path))
            if progress is not None:
                progress(done, len(files))
        return self._report(tally, self._check_controls())

    def _file(self, path: Path, name: str) -> Trail:
        """Search a file and its name below the folder that was asked for."""
        trail = self._walker.trail(_size(path))
        self._walker.text(name, trail, "path", 0)
        reason = _refused(path)
        if reason == "folder":
            return trail
        if reason:
            trail.unopened.add(("", reason))
        else:
            self._walker.blob(Blob.at(path), trail)
        return trail

    def _check_controls(self) -> Controls:
        found: set[int] = set()
        with tempfile.TemporaryDirectory(prefix="plummer-scan-") as folder:
            root = Path(folder)
            controls.plant(root, self._controls)
            for path, name in _walk(root):
                for hits in self._file(path, name).hits.values():
                    found.update(index - len(self._needles) for index, _ in hits)
        kinds = tuple(self._controls)
        missed = tuple(kind for index, kind in enumerate(kinds) if index not in found)
        return Controls(len(kinds), len(kinds) - len(missed), missed)

    def _report(self, tally: "_Tally", checked: Controls) -> ScanReport:
        findings = {
            Finding(self._needles[index].id, self._mask(str(path)), self._mask(place), form)
            for path, trail in tally.trails
            for place, hits in trail.hits.items()
            for index, form in _plainest(hits)
            if index < len(self._needles)
        }
        unopened = {
            Unopened(self._mask(str(path)), self._mask(place), reason)
            for path, trail in tally.trails
            for place, reason in trail.unopened
        }
        return ScanReport(
            files=tally.files,
            bytes=tally.bytes,
            needles=len(self._needles),
            containers=dict(sorted(tally.containers.items())),
            controls=checked,
            hits=len(findings),
            findings=tuple(sorted(findings)[:MAX_LISTED]),
            unopened=tuple(sorted(unopened)),
        )


class _Tally:
    """Sums over files; trails without a finding aren't kept."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.containers: Counter[str] = Counter()
        self.trails: list[tuple[Path, Trail]] = []

    def add(self, path: Path, trail: Trail, size: int) -> None:
        opened = bool(trail.containers)
        self.files += opened
        self.bytes += size if opened else 0
        self.containers.update(trail.containers)
        if trail.hits or trail.unopened:
            self.trails.append((path, trail))


def scan(
    paths: Sequence[Path],
    needles: Sequence[Needle],
    *,
    short: bool = False,
    progress: Progress | None = None,
) -> ScanReport:
    """Scan files and folders for needles.

    Args:
        paths: files or folders.
        needles: what must not be found.
        short: accept needles under 5 characters.
        progress: told after each file.

    Raises:
        PlummerError: exit 2, a needle can't be searched for.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = (Path(folder) / "a.txt").write_text("Dr. Jane Public")
        ...     report = scan([Path(folder)], [Needle("n1", "jane public")])
        >>> report.hits, report.findings[0].variant, int(report.exit_code)
        (1, 'exact', 1)
    """
    for ordinal, needle in enumerate(needles, 1):
        check_needle(needle, ordinal, short=short)
    return Scanner(needles).scan(paths, progress=progress)


def _plainest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """One form per needle and place: as written where it stands so, else every form."""
    exact = {index for index, form in hits if form == "exact"}
    yield from (hit for hit in hits if hit[0] not in exact or hit[1] == "exact")


def _root(path: Path) -> Path:
    """Absolute; a link that was asked for by name is followed, others aren't."""
    return path.resolve() if path.is_symlink() else path.absolute()


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Everything below a path, folders too (for their names), each with its name from `root` on."""
    yield root, root.name
    if not root.is_dir():
        return
    for folder, folders, files in os.walk(root, onerror=None):
        folders.sort()
        for name in sorted((*folders, *files)):
            path = Path(folder, name)
            yield path, f"{root.name}/{path.relative_to(root)}"


def _refused(path: Path) -> str:
    """Why a path isn't opened: ``folder``, or what makes the scan incomplete; empty for files."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return "unreadable"
    if stat.S_ISDIR(mode):
        if path.is_symlink():
            return "linked_folder"
        return "folder" if os.access(path, os.R_OK | os.X_OK) else "unreadable"
    return "" if stat.S_ISREG(mode) else "not_a_file"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
