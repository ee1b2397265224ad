# ruff: noqa: E501 (lists are easier to read on one line)
"""Templates to text with spans.

A style is a list of lines. ``[a|b]`` is a choice, ``{slot}`` a slot, ``%40 `` in front of a line writes it
in 40 of 100 notes, ``~1-3 pool`` stands for one to three sentences of a pool, ``~tab3-8 pool`` for lines of
it, ``<<shuffle 3-5`` to ``>>`` for some of the lines between in any order.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import lines
from plummer.deid.corpus.slots import Scene, filled

_POOLS: Final = ("pools.txt", "pools_people.txt", "pools_plain.txt")
_STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    "train": (
        "train.txt", "train_care.txt", "train_papers.txt", "train_hand.txt", "train_wards.txt", "train_letters.txt",
        "train_seen.txt", "train_more.txt",
    ),
    "dev": ("dev.txt",),
}  # fmt: skip
#: All wording that the tagger may learn.
TRAINING_FILES: Final = (*_STYLES["train"], *_POOLS)
_POOL: Final = re.compile(r"~(tab)?(\d)(?:-(\d))?\s(\w+)|~(head)\b")
_CHOICE: Final = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_BESIDE: Final[Mapping[str, str]] = {
    "date.wd": "DATE_WEEKDAY", "weekday": "DATE_WEEKDAY", "time": "TIME_OF_DAY", "year": "DATE_YEAR", "age": "AGE", "state": "STATE",
    "state.any": "STATE", "state.abbr": "STATE", "country": "COUNTRY", "room": "ROOM", "insurer": "INSURER",
}  # fmt: skip
_SLOT: Final = re.compile(r"\{([a-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; an identifier where it has a type, neither right nor wrong to remove where it has ``beside``."""

    text: str
    type: str = ""
    trait: str = ""
    beside: str = ""


@lru_cache(maxsize=16)
def sections(name: str) -> Mapping[str, tuple[str, ...]]:
    """The parts of a file, each behind a line ``=== name``."""
    out: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (*_raw(name),):
        if line.startswith("=== "):
            current = out.setdefault(line[4:].strip(), [])
        else:
            current.append(line)
    return {key: tuple(_trim(value)) for key, value in out.items()}


def _raw(name: str) -> list[str]:
    from importlib.resources import files

    return (files("plummer.deid.corpus") / name).read_text(encoding="utf-8").splitlines()


@lru_cache(maxsize=1)
def _pools() -> Mapping[str, tuple[str, ...]]:
    return {key: value for name in _POOLS for key, value in sections(name).items()}


def _trim(value: list[str]) -> list[str]:
    while value and not value[-1].strip():
        value.pop()
    return value


def chosen(text: str, rng: random.Random) -> str:
    """The text with every choice made, inner ones first."""
    while match := _CHOICE.search(text):
        pick = rng.choice(match.group(1).split("|"))
        text = text[: match.start()] + pick + text[match.end() :]
    return text


def _pooled(text: str, rng: random.Random) -> str:
    pools = _pools()

    def some(match: re.Match[str]) -> str:
        if match.group(5):
            return rng.choice(pools["head"])
        low, high = int(match.group(2)), int(match.group(3) or match.group(2))
        count = rng.randint(low, high)
        glue = "\n" if match.group(1) else " "
        return glue.join(chosen(rng.choice(pools[match.group(4)]), rng) for _ in range(count))

    return _POOL.sub(some, text)


def _lines(style: tuple[str, ...], rng: random.Random) -> list[str]:
    out: list[str] = []
    group: list[str] | None = None
    low = high = 0
    for line in style:
        if line.startswith("<<shuffle"):
            low, high = (int(n) for n in line.split()[1].split("-"))
            group = []
        elif line.startswith(">>") and group is not None:
            out += rng.sample(group, min(len(group), rng.randint(low, high)))
            group = None
        elif group is not None:
            group.append(line)
        else:
            out.append(line)
    return out


def written(style: tuple[str, ...], scene: Scene) -> list[Piece]:
    """The pieces of one note."""
    rng = scene.rng
    gap = rng.choice(("\n", "\n", "\n", "\n\n", " "))
    pieces: list[Piece] = []
    for raw in _lines(style, rng):
        line = raw
        if line.startswith("%"):
            share, _, line = line[1:].partition(" ")
            if rng.random() * 100 >= int(share):
                continue
        line = _pooled(chosen(_pooled(chosen(line, rng), rng), rng), rng)
        pieces += _filled(chosen(line, rng), scene)
        pieces.append(Piece(gap))
    return pieces


def _filled(text: str, scene: Scene) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    for match in _SLOT.finditer(text):
        pieces.append(Piece(text[position : match.start()]))
        slot = match.group(1)
        beside = _BESIDE.get(slot, "")
        pieces += [
            Piece(text, kind, trait, "" if kind else beside) for text, kind, trait in filled(slot, scene)
        ]
        position = match.end()
    return [*pieces, Piece(text[position:])]


def styles(split: str) -> Mapping[str, tuple[str, ...]]:
    """The styles of a split: ``train`` or ``dev``."""
    return {key: value for name in _STYLES[split] for key, value in sections(name).items()}


__all__ = ["Piece", "chosen", "lines", "sections", "styles", "written"]
