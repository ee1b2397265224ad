"""What a scan found, without a single value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from plummer.schemas.errors import ExitCode

MAX_LISTED: Final = 1000
"""Findings beyond are counted in `hits` and not listed."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A needle stands somewhere.

    Attributes:
        needle: the needle's id.
        path: absolute path of the file, matching parts masked.
        place: where in it, e.g. ``row group 0/column body``, ``sqlite:runs.tags``, ``path``.
        variant: the form: ``exact``, ``digits``, ``last_first``, ``sha256/hex``...
    """

    needle: str
    path: str
    place: str
    variant: str


@dataclass(frozen=True, slots=True, order=True)
class Unopened:
    """A container that was not searched, or not to its end.

    Attributes:
        path: absolute path of the file, matching parts masked.
        place: the container within it, empty for the file itself.
        reason: stable code, e.g. ``encrypted``, ``truncated``, ``no_decoder``, ``too_large``.
    """

    path: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Controls:
    """Positive controls: random values planted in every kind of container.

    Attributes:
        planted: how many.
        found: how many of them this scan's own code found.
        missed: the kinds that weren't.
    """

    planted: int
    found: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Result of a scan.

    Attributes:
        files: files opened.
        bytes: their bytes on disk.
        needles: how many were looked for.
        containers: containers by kind, nested ones too.
        controls: the positive controls.
        hits: findings, listed or not.
        findings: the first 1,000, sorted.
        unopened: containers that weren't searched, sorted.

    Example:
        >>> report = ScanReport(1, 10, 1, {"text": 1}, Controls(2, 2), 0, (), ())
        >>> int(report.exit_code), report.to_json()["controls"]
        (0, {'planted': 2, 'found': 2})
    """

    files: int
    bytes: int
    needles: int
    containers: Mapping[str, int]
    controls: Controls
    hits: int
    findings: tuple[Finding, ...]
    unopened: tuple[Unopened, ...]

    @property
    def exit_code(self) -> ExitCode:
        """5 a control was missed (nothing else counts then), 1 hits, 6 unopened containers, else 0."""
        if self.controls.found < self.controls.planted:
            return ExitCode.INTEGRITY
        if self.hits:
            return ExitCode.FINDING
        return ExitCode.MISSING_COMPONENT if self.unopened else ExitCode.DONE

    def to_json(self) -> dict[str, object]:
        """The object that `scan --json` prints.

        ``unopened`` and ``error`` are there only when there is something to tell.
        """
        result: dict[str, object] = {
            "files": self.files,
            "bytes": self.bytes,
            "needles": self.needles,
            "containers": dict(self.containers),
            "controls": {"planted": self.controls.planted, "found": self.controls.found},
            "hits": self.hits,
            "findings": [
                {"needle": one.needle, "path": one.path, "place": one.place, "variant": one.variant}
                for one in self.findings
            ],
        }
        if self.unopened:
            listed = self.unopened[:MAX_LISTED]
            result["unopened"] = [{"path": u.path, "place": u.place, "reason": u.reason} for u in listed]
        return result | self._error()

    def _error(self) -> dict[str, object]:
        if self.exit_code is ExitCode.INTEGRITY:
            message = "a positive control was missed, so the scan proves nothing"
            return {
                "error": {
                    "code": "control_missed",
                    "message": message,
                    "ref": ", ".join(self.controls.missed),
                }
            }
        if self.exit_code is ExitCode.MISSING_COMPONENT:
            message = f"{len(self.unopened)} containers could not be opened or read to their end"
            return {"error": {"code": "container_unopened", "message": message, "ref": ""}}
        return {}
