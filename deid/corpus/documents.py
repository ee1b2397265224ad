"""Notes with gold spans, for training and for development; the two share no style and no name.

Training draws its styles from ``train.txt`` and its names from ``names.tsv``; development from ``dev.txt``
and the templates of the synthetic exports, with the names of the synthetic exports. Towns are parted by
their hash. Nothing here is text of a patient.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plummer.deid.corpus.compose import MADE
from plummer.deid.corpus.noise import NOISES, TRAINING_WEIGHTS, WEIGHTS, spans_of
from plummer.deid.corpus.people import development_names, lines, training_names
from plummer.deid.corpus.slips import Marked
from plummer.deid.corpus.slots import Scene
from plummer.deid.corpus.write import Piece, sections, styles, written
from plummer.deid.text.shadow import fold

#: Styles of which more is written: the rest is equally likely.
_MORE: Final = {
    "phi_poor_progress": 4.0,
    "phi_poor_dialog": 5.0,
    "phi_poor_sections": 5.0,
    "phi_poor_reference": 3.0,
    "qa_negative": 1.5,
    "question_query": 2.0,
    "registration_form": 1.5,
    "bare_phrase": 12.0,
    "bare_measure": 6.0,
    "plain_mentions": 3.0,
    "random_words": 2.5,
    "bare_identifier": 2.0,
    "terse_inbox": 2.0,
    "hand_mix": 40.0,
    "hand_exam_plain": 6.0,
    "hand_meds_plain": 5.0,
    "hand_scores_plain": 6.0,
    "hand_dialog_plain": 6.0,
    "composed": 50.0,
    "asked": 22.0,
    "poor_made": 80.0,
}

#: Of the styles of `train.txt`, the longest and densest ones, more is written than of all others.
_WRITTEN: Final = 1.7
#: Of the many short ones less: together they are still a good third of all notes.
_SHORT: Final = 0.5
_SHORT_ONES: Final = ("train_wards.txt", "train_letters.txt")
#: Styles whose wording is in capitals: most of their notes have their names in capitals too.
_SHOUTED: Final = "_caps"
_MOSTLY: Final = 0.7


@dataclass(frozen=True, slots=True)
class Gold:
    """An identifier: half-open code points, type and traits (form, origin, noise)."""

    start: int
    end: int
    type: str
    traits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A note with its identifiers, and what is neither right nor wrong to remove (times, rooms, states)."""

    id: str
    style: str
    noise: str
    text: str
    spans: tuple[Gold, ...]
    beside: tuple[Gold, ...] = ()


def documents(split: str, count: int, seed: int) -> Iterator[Document]:
    """Write notes.

    Args:
        split: ``train`` or ``dev``.
        count: how many.
        seed: the same seed gives the same notes.

    Example:
        >>> one = next(documents("train", 1, 5))
        >>> all(one.text[s.start : s.end].strip() for s in one.spans)
        True
    """
    table = styles(split)
    names = training_names() if split == "train" else development_names()
    dense = sections("train.txt")
    short = {style for file in _SHORT_ONES for style in sections(file)}
    often = TRAINING_WEIGHTS if split == "train" else WEIGHTS
    kinds = [*table, *MADE] if split == "train" else [*table]
    weights = [
        _MORE.get(style, 1.0) * (_WRITTEN if style in dense else _SHORT if style in short else 1.0)
        for style in kinds
    ]
    rng = random.Random(f"{split}:{seed}")  # noqa: S311 (made-up text, not keys)
    for number in range(count):
        style = rng.choices(kinds, weights)[0]
        scene = Scene(rng, names, split, invent=0.3 if split == "train" else 0.0)
        noise = rng.choices(list(often), list(often.values()))[0]
        if _SHOUTED in style and rng.random() < _MOSTLY:
            noise = "caps"
        template = MADE[style](rng) if style in MADE else table[style]
        yield noisy(f"{split}-{number}", style, noise, written(template, scene), rng)


def noisy(name: str, style: str, noise: str, pieces: list[Piece], rng: random.Random) -> Document:
    """A document of pieces that went through one kind of noise."""
    chars: list[str] = []
    marks: list[int] = []
    for number, piece in enumerate(pieces):
        chars += piece.text
        marks += [number if piece.type or piece.beside else -1] * len(piece.text)
    text: Marked = (chars, marks)
    for step in NOISES[noise]:
        text = step(text, rng)
    joined = "".join(text[0])
    spans: list[Gold] = []
    beside: list[Gold] = []
    for start, end, number in spans_of(text[1]):
        piece = pieces[number]
        if piece.beside:
            beside.append(Gold(start, end, piece.beside))
            continue
        traits = [t for t in piece.trait.split() if t] + ([noise] if noise != "none" else [])
        if "\n" in joined[start:end]:
            traits.append("broken")
        spans.append(Gold(start, end, piece.type, tuple(traits)))
    return Document(name, style, noise, joined, tuple(spans), tuple(beside))


def digest(split: str) -> dict[str, str]:
    """Hash of every template and of the name list of a split: what a test compares and the card states."""
    rows = [*lines("names.tsv")] if split == "train" else _development_rows()
    out = {f"style:{name}": _sha("\n".join(body)) for name, body in styles(split).items()}
    out["names"] = _sha("\n".join(sorted(rows)))
    return out


def name_words(split: str) -> frozenset[str]:
    """Every folded word of three letters or more in the names of a split."""
    rows = lines("names.tsv") if split == "train" else _development_rows()
    words = (
        w
        for row in rows
        for w in fold(row.split("\t")[3]).casefold().replace("-", " ").replace("'", " ").split()
    )
    return frozenset(w for w in words if len(w) > 2)


def _development_rows() -> list[str]:
    names = development_names()
    return [f"{o}\t{k}\t{g}\t{n}" for (k, o, g), values in names.table.items() for n in values]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
