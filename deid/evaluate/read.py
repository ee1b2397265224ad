"""Reading a gold set of any of the four forms."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from plummer.deid.evaluate.model import GoldNote, checked
from plummer.deid.evaluate.read_brat import read_brat
from plummer.deid.evaluate.read_i2b2 import read_i2b2
from plummer.deid.evaluate.read_jsonl import read_jsonl
from plummer.deid.evaluate.read_presidio import read_presidio
from plummer.schemas.errors import ExitCode, PlummerError


def _jsonl(path: Path) -> Iterator[GoldNote]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        yield from read_jsonl(lines)


def _below(path: Path, suffix: str) -> list[Path]:
    return sorted(path.rglob(f"*{suffix}")) if path.is_dir() else [path]


_READERS: Final[dict[str, Callable[[Path], Iterable[GoldNote]]]] = {
    "jsonl": _jsonl,
    "i2b2-xml": lambda path: read_i2b2(_below(path, ".xml")),
    "brat": lambda path: read_brat(_below(path, ".ann")),
    "presidio": read_presidio,
}
FORMATS: Final = tuple(_READERS)
_BY_SUFFIX: Final = {".xml": "i2b2-xml", ".ann": "brat", ".json": "presidio"}


def read_gold(path: Path, form: str | None = None) -> tuple[GoldNote, ...]:
    """Every note of a gold set, checked.

    Args:
        path: a file; for i2b2 and BRAT also a folder, read with what is below it.
        form: one of `FORMATS`; told by the file names where it is None.

    Raises:
        PlummerError: ``gold_missing``, ``gold_format``, ``gold_malformed`` or ``gold_offsets`` (exit 2);
            ``gold_empty`` (3) where there is no note.
    """
    if not path.exists():
        raise PlummerError("gold_missing", "no gold set here", ExitCode.USAGE)
    form = form or _told(path)
    if form not in _READERS or (path.is_dir() and form not in ("i2b2-xml", "brat")):
        raise PlummerError("gold_format", f"--format is one of {', '.join(FORMATS)}", ExitCode.USAGE)
    try:
        notes = tuple(checked(note, ordinal) for ordinal, note in enumerate(_READERS[form](path), 1))
    except (OSError, UnicodeDecodeError):
        raise PlummerError("gold_missing", "the gold set can't be read as UTF-8", ExitCode.USAGE) from None
    if not notes:
        raise PlummerError("gold_empty", "the gold set has no note", ExitCode.NOTHING_TO_DO)
    return notes


def _told(path: Path) -> str:
    names = path.rglob("*") if path.is_dir() else [path]
    forms = {_BY_SUFFIX[name.suffix] for name in names if name.suffix in _BY_SUFFIX}
    return min(forms) if len(forms) == 1 else "jsonl"
