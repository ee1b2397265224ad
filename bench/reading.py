"""What was removed from notes without labels, read span by span: an identifier, or none.

The verdicts are of the engine's authors, not of an independent reader, and hold no text: the set, the
document's place in it, start and end in code points, the type that was removed, the verdict and the sha256 of
the document, so that they count only for the text that was read. What hasn't been read counts as wrong.
"""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plummer.deid.evaluate import GoldNote
from plummer.deid.evaluate.tokens import tokens
from plummer.deid.text.spans import Span

VERDICTS: Final = Path(__file__).resolve().parent / "reading.tsv"
COLUMNS: Final = ("set", "document", "start", "end", "type", "verdict", "sha256")
IDENTIFIER: Final = "identifier"
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The ranges of each document that were read.

    Attributes:
        right: by sha256 of the text, what is an identifier of the contract.
        read: the same with what is none.
    """

    right: dict[str, list[Range]]
    read: dict[str, list[Range]]


@dataclass(frozen=True, slots=True)
class Removed:
    """Counts over one set.

    Attributes:
        tokens: of the set.
        removed: tokens of which any character went.
        wrong: of these, those that weren't judged an identifier.
        unread: spans that touch nothing that was read.
    """

    tokens: int
    removed: int
    wrong: int
    unread: int


def print_of(text: str) -> str:
    """The sha256 that names a document in the verdicts."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def verdicts(path: Path = VERDICTS) -> Verdicts:
    """Read the verdicts.

    Raises:
        ValueError: where a line isn't one.
    """
    right: dict[str, list[Range]] = {}
    read: dict[str, list[Range]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        for row in rows:
            place = (int(row["start"]), int(row["end"]))
            read.setdefault(row["sha256"], []).append(place)
            if row["verdict"] == IDENTIFIER:
                right.setdefault(row["sha256"], []).append(place)
    return Verdicts(right, read)


def judged(notes: Sequence[GoldNote], spans: Iterable[Sequence[Span]], read: Verdicts) -> Removed:
    """Part what was removed into right and wrong.

    Args:
        notes: of a set without labels.
        spans: what was removed from each.
        read: the verdicts.

    Example:
        >>> note = GoldNote("1", "Ann has TIA", ())
        >>> read = Verdicts({print_of(note.text): [(0, 3)]}, {print_of(note.text): [(0, 3)]})
        >>> judged([note], [[Span(0, 3, "NAME", 1.0, "x"), Span(8, 11, "NAME", 1.0, "x")]], read)
        Removed(tokens=3, removed=2, wrong=1, unread=1)
    """
    size = removed = wrong = unread = 0
    for note, found in zip(notes, spans, strict=True):
        key = print_of(note.text)
        right = read.right.get(key, [])
        places = list(tokens(note.text))
        gone = [place for place in places if any(_touch(place, (s.start, s.end)) for s in found)]
        size += len(places)
        removed += len(gone)
        wrong += sum(not any(_touch(place, one) for one in right) for place in gone)
        unread += sum(not any(_touch((s.start, s.end), one) for one in read.read.get(key, [])) for s in found)
    return Removed(size, removed, wrong, unread)


def _touch(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]
