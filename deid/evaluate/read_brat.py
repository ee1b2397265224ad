"""BRAT's standoff form: ``NAME.txt`` beside ``NAME.ann`` (https://brat.nlplab.org/standoff.html)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from plummer.deid.evaluate.model import GoldNote, GoldSpan, malformed


def read_brat(paths: Iterable[Path]) -> Iterator[GoldNote]:
    """Notes of ``.ann`` files, each with its ``.txt`` beside it, in the order given.

    A discontinuous annotation becomes a span for each fragment; relations, events and notes are left out.

    Raises:
        PlummerError: ``gold_malformed`` with the ordinal of the file.
    """
    for ordinal, path in enumerate(paths, 1):
        try:
            # newline="" keeps the offsets of a file with CRLF
            with path.with_suffix(".txt").open(encoding="utf-8", newline="") as file:
                text = file.read()
            lines = path.read_text(encoding="utf-8").splitlines()
            spans = tuple(span for line in lines if line.startswith("T") for span in brat_spans(line))
        except (OSError, ValueError):
            raise malformed(ordinal, "an .ann file needs its .txt and lines of the BRAT form") from None
        yield GoldNote(path.stem, text, spans)


def brat_spans(line: str) -> Iterator[GoldSpan]:
    r"""The spans of one text-bound annotation.

    Raises:
        ValueError: not a text-bound annotation.

    Example:
        >>> list(brat_spans("T1\tDATE 4 9;12 16\t5 May 2019"))[1].start
        12
    """
    _, what, *_ = line.split("\t") if line.count("\t") else (line, "")
    label, _, places = what.partition(" ")
    for place in places.split(";"):
        start, end = place.split()
        yield GoldSpan(int(start), int(end), label)
