"""Templates to text with spans: a small block language, filled from a scene.

A template file is a sequence of blocks, each opened by a line ``== KIND ARGS : HEADING | HEADING``:

``one``
    alternatives parted by a line ``--``; one is written.
``maybe N``
    like ``one``, written in N of 100 notes.
``prose A-B``
    every line is a sentence; A to B of them become a paragraph.
``lines A-B``
    like ``prose``, each on its own line.
``pool NAME A-B``
    like ``prose``, from the section ``[NAME]`` of phrases.txt.

A line or alternative that begins with ``@adult ``, ``@child `` or ``@device `` is used only for a patient
who is one or has one. ``{field}`` is filled by a field of the ``field_*`` modules.
A heading is optional; one of its alternatives is chosen.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from plummer.deid.synth.field_clinical import CLINICAL_FIELDS
from plummer.deid.synth.field_dates import DATE_FIELDS
from plummer.deid.synth.field_ids import ID_FIELDS
from plummer.deid.synth.field_names import NAME_FIELDS
from plummer.deid.synth.lists import resource_text
from plummer.deid.synth.scene import Field, Piece, Scene

FIELDS: Final[Mapping[str, Field]] = {**NAME_FIELDS, **DATE_FIELDS, **ID_FIELDS, **CLINICAL_FIELDS}
_FIELD: Final = re.compile(r"\{([A-Za-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """A parsed block of a template."""

    kind: str
    choices: tuple[str, ...]
    low: int
    high: int
    headings: tuple[str, ...]


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, tuple[str, ...]]:
    """The sections of phrases.txt."""
    out: dict[str, list[str]] = {}
    section: list[str] = []
    for line in resource_text("phrases.txt").splitlines():
        if line.startswith("["):
            section = out.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return {name: tuple(lines) for name, lines in out.items()}


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _block(header: str, body: list[str]) -> Block:
    args, _, heading = header.partition(":")
    kind, *rest = args.split()
    headings = tuple(h.strip() for h in heading.split("|")) if heading.strip() else ()
    lines = [line for line in body if line.strip()]
    if kind in {"one", "maybe"}:
        text = "\n".join(lines)
        share = int(rest[0]) if rest else 100
        return Block(kind, tuple(part.strip("\n") for part in text.split("\n--\n")), share, share, headings)
    if kind == "pool":
        return Block("prose", phrases()[rest[0]], *_range(rest[1]), headings)
    return Block(kind, tuple(lines), *_range(rest[0]), headings)


@lru_cache(maxsize=64)
def template(style: str) -> tuple[Block, ...]:
    """The blocks of a style's template file.

    Example:
        >>> template("nursing")[0].kind
        'one'
    """
    blocks: list[Block] = []
    header = ""
    body: list[str] = []
    for line in [*resource_text(f"note_{style}.txt").splitlines(), "== end"]:
        if line.startswith("== "):
            if header:
                blocks.append(_block(header, body))
            header, body = line[3:], []
        elif not line.startswith("#"):
            body.append(line)
    return tuple(blocks)


def fill(text: str, scene: Scene) -> list[Piece]:
    """The pieces of a template text with its fields filled."""
    pieces: list[Piece] = []
    end = 0
    for match in _FIELD.finditer(text):
        pieces.append(Piece(text[end : match.start()]))
        pieces.extend(FIELDS[match[1]](scene))
        end = match.end()
    return [*pieces, Piece(text[end:])]


def _capital(pieces: list[Piece]) -> list[Piece]:
    """The same sentence with its first letter in upper case, where that is no identifier."""
    for index, piece in enumerate(pieces):
        if piece.text:
            if not piece.type:
                pieces[index] = replace(piece, text=piece.text[0].upper() + piece.text[1:])
            break
    return pieces


def fitting(choices: tuple[str, ...], scene: Scene) -> list[str]:
    """The choices whose condition holds for the patient, without the condition."""
    adult = scene.person.age(scene.visit.day) >= 18
    holds = {"@adult": adult, "@child": not adult, "@device": scene.person.has_device}
    out = []
    for choice in choices:
        condition, _, rest = choice.partition(" ") if choice.startswith("@") else ("", "", choice)
        if holds.get(condition, True):
            out.append(rest)
    return out


def write_block(block: Block, scene: Scene) -> list[Piece]:
    """The pieces of one block, without a line end; empty where chance leaves it out."""
    rng = scene.rng
    if block.kind == "maybe" and rng.randrange(100) >= block.low:
        return []
    choices = fitting(block.choices, scene)
    if not choices:
        return []
    end = "\n" if block.kind == "lines" else " "
    head = fill(rng.choice(block.headings) + end, scene) if block.headings else []
    if block.kind in {"one", "maybe"}:
        return head + fill(rng.choice(choices), scene)
    count = min(rng.randint(block.low, block.high), len(choices))
    out = head
    for position, choice in enumerate(rng.sample(choices, count)):
        out = [*out, *([Piece(end)] if position else []), *_capital(fill(choice, scene))]
    return out


def write(style: str, scene: Scene) -> list[Piece]:
    """The pieces of a whole note."""
    gap = scene.rng.choice(("\n", "\n", "\n\n"))
    out: list[Piece] = []
    for block in template(style):
        pieces = write_block(block, scene)
        if pieces:
            out += [*pieces, Piece(gap)]
    return out


def keep_length(rng: random.Random, text: str) -> str:
    """The text in capitals, in lower case, hard-wrapped or as it is; offsets stay right.

    Letters whose other case has another length stay; wrapping turns blanks into line ends.
    """
    roll = rng.random()
    if roll < 0.06:
        return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)
    if roll < 0.10:
        return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _wrap(text, rng.choice((62, 76))) if roll < 0.35 else text


def _wrap(text: str, width: int) -> str:
    chars = list(text)
    start = blank = 0
    for index, char in enumerate(chars):
        if char == "\n":
            start, blank = index + 1, 0
        elif char == " ":
            if index - start > width and blank > start:
                chars[blank] = "\n"
                start = blank + 1
            blank = index
    return "".join(chars)
