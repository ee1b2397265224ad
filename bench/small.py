"""What small letters amid mixed case cost (check D-10), in both readings of "edits on each gold identifier".

    scripts/uv run --all-extras python -m bench.small [--seed N ...] [--count N]

``one``: one identifier of a note in small letters, all else as it was, each in turn. ``all``: every
identifier of a note at once. Development notes without noise; the loss is the share of the identifiers'
words that is found in the note as it is, less the share that is found in the edited one.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence

from plummer.deid.corpus.documents import Document, Gold, documents
from plummer.deid.text import TextEngine

_WORD = re.compile(r"\S*\w\S*")


def notes(seed: int, count: int) -> list[Document]:
    """Development notes of a seed that no noise went over, with identifiers.

    Args:
        seed: of the notes.
        count: how many are drawn; about a third have no noise.
    """
    return [note for note in documents("dev", count, seed) if note.noise == "none" and note.spans]


def one_at_a_time(note: Document) -> Iterator[tuple[str, Gold]]:
    """The note with each identifier in small letters in turn, and that identifier; offsets stay."""
    for span in note.spans:
        yield _lowered(note.text, [span]), span


def all_at_once(note: Document) -> str:
    """The note with every identifier in small letters; offsets stay."""
    return _lowered(note.text, note.spans)


def found(engine: TextEngine, text: str, spans: Sequence[Gold]) -> tuple[int, int]:
    """How many words of some identifiers are found in a text, and how many there are."""
    covered = {at for span in engine.detect(text) for at in range(span.start, span.end)}
    words = [match.span() for span in spans for match in _WORD.finditer(text, span.start, span.end)]
    return sum(any(at in covered for at in range(*word)) for word in words), len(words)


def losses(engine: TextEngine, drawn: Sequence[Document]) -> tuple[float, float, int]:
    """The loss with one identifier at a time, with all at once, and the number of words."""
    plain = one = both = total = 0
    for note in drawn:
        hit, words = found(engine, note.text, note.spans)
        plain, total = plain + hit, total + words
        both += found(engine, all_at_once(note), note.spans)[0]
        one += sum(found(engine, text, [span])[0] for text, span in one_at_a_time(note))
    return (plain - one) / total, (plain - both) / total, total


def _lowered(text: str, spans: Sequence[Gold]) -> str:
    """Letters whose small form is as long; others (``İ``) stay as they are."""
    chars = [*text]
    for span in spans:
        for at in range(span.start, span.end):
            chars[at] = chars[at].lower() if len(chars[at].lower()) == 1 else chars[at]
    return "".join(chars)


def main() -> None:
    """Print one line a seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, nargs="+", default=[2240, 2241, 2250, 2251])
    parser.add_argument("--count", type=int, default=250)
    options = parser.parse_args()
    engine = TextEngine()
    for seed in options.seed:
        one, both, words = losses(engine, notes(seed, options.count))
        sys.stdout.write(f"seed {seed}: {words} words, loss one {one:.4f}, all {both:.4f}\n")


if __name__ == "__main__":
    main()
