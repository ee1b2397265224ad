"""The values that must not be found, and the file they are read from."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plummer.expectations.scan.folding import tokens_of
from plummer.schemas.errors import ExitCode, PlummerError

MIN_LENGTH: Final = 5
"""Shorter values stand in any text by chance; they are refused unless asked for."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A value to look for.

    Attributes:
        id: what findings and reports call it; never derived from the value.
        value: as written in the source; kept out of `repr`.
        paths: FHIR paths the value came from, for needles that are looked for only there.

    Example:
        >>> Needle("n1", "Jane Public")
        Needle(id='n1', paths=())
    """

    id: str
    value: str = field(repr=False)
    paths: tuple[str, ...] = ()


def read_needles(path: Path, *, short: bool = False) -> tuple[Needle, ...]:
    r"""Read needles: one a line (id ``n<line>``), or JSON Lines of ``{"id", "value"}``.

    A file whose first line that isn't blank is a JSON object is JSON Lines throughout. An optional
    ``paths`` list of strings is kept. Blank lines count as lines and are no needles.

    Args:
        path: UTF-8 text, with or without a byte order mark.
        short: accept values under 5 characters.

    Raises:
        PlummerError: exit 2: ``needles_unreadable``, ``needles_empty``, ``needle_malformed``,
            ``needle_short``, ``needle_unsearchable`` (no letter and no digit). ``ref`` is the line.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder) / "needles.txt"
        ...     _ = file.write_text("\nJane Public\n555-010-0199\n")
        ...     [needle.id for needle in read_needles(file)]
        ['n2', 'n3']
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        raise _usage("needles_unreadable", "the needles file can't be read as UTF-8 text") from None
    first = next((line for line in lines if line.strip()), "")
    parse = _from_json if first.lstrip().startswith("{") else _from_line
    found = tuple(parse(line.strip(), number) for number, line in enumerate(lines, 1) if line.strip())
    if not found:
        raise _usage("needles_empty", "the needles file holds no needle")
    for number, needle in enumerate(found, 1):
        check_needle(needle, number, short=short)
    return found


def check_needle(needle: Needle, ordinal: int, *, short: bool) -> None:
    """Refuse what can't be searched for; `ordinal` is its 1-based place among the needles.

    Raises:
        PlummerError: exit 2, ``needle_short`` or ``needle_unsearchable``.
    """
    if len(needle.value.strip()) < MIN_LENGTH and not short:
        message = f"a needle has fewer than {MIN_LENGTH} characters: remove it or pass --short"
        raise _usage("needle_short", message, ordinal)
    if not tokens_of(needle.value):
        raise _usage("needle_unsearchable", "a needle holds no letter and no digit", ordinal)


def _from_line(line: str, number: int) -> Needle:
    return Needle(f"n{number}", line)


def _from_json(line: str, number: int) -> Needle:
    try:
        record = json.loads(line)
        identifier, value = record["id"], record["value"]
        paths = tuple(record.get("paths") or ())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _malformed(number) from None
    if not all(isinstance(part, str) for part in (identifier, value, *paths)):
        raise _malformed(number)
    return Needle(identifier, value, paths)


def _malformed(number: int) -> PlummerError:
    return _usage("needle_malformed", 'a line isn\'t {"id": text, "value": text}', number)


def _usage(code: str, message: str, ordinal: int | None = None) -> PlummerError:
    return PlummerError(code, message, ExitCode.USAGE, "" if ordinal is None else f"needle {ordinal}")
