# ruff: noqa: E501 (lists are easier to read on one line)
"""Styles that nobody wrote: notes put together from headers, bodies and signatures of many shapes.

A list of templates, however long, teaches a tagger the templates. Here the layout itself is drawn anew for each
note: which fields a header has, what they are called, what stands between label and value, how sections
and lines begin, how much of the body names anybody, and who signs how.
"""

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import lines

Style = tuple[str, ...]
#: Kinds of fields, the commoner ones more than once.
_KINDS: Final = ("who", "who", "doc", "doc", "num", "num", "date", "date", "kin", "tel", "net", "adr", "org", "none", "none")  # fmt: skip
_BETWEEN: Final = (
    ": ", ": ", ": ", ":", ":  ", " : ", " - ", "  ", "\t", ":\t", " = ", "=", "....", " | ", "|", ":\n", "\n", " ", "# ", ": __", "> ",
)  # fmt: skip
_GLUE: Final = (
    "\n",
    "\n",
    "\n",
    "\n",
    "  ",
    "   ",
    " | ",
    " / ",
    "; ",
    ", ",
    "\t",
    " \u2022 ",
    "\n\n",
    "|",
    " * ",
    "    ",
)
_BULLETS: Final = ("", "", "", "- ", "* ", "\u2022 ", "# ", "1) ", "{n}. ", "> ", "-", "[{time}] ", "{time} ", "{date.md} ", "{date} {time} ", "  ", "\t")  # fmt: skip
_PLAIN: Final = (
    "~1-3 plain", "~1-2 plain", "~1-3 story", "~1-2 neg", "~1-2 plan", "~1-3 exam", "~1-2 labs", "~1-2 meds", "~1 vitals",
    "~1-2 nursing", "~1-2 talkneg", "~1 icdsent", "~1 drugsent", "~1-2 imaging", "~1 pathology", "~1-2 operation", "~1-2 social",
)  # fmt: skip
_NAMING: Final = (
    "~1-2 phi",
    "~1-2 phi",
    "~1-3 phi",
    "~1-2 phiplain",
    "~1 mention",
    "~1 talk",
    "~1-2 phi ~1 plain",
)
_CASES: Final[tuple[Callable[[str], str], ...]] = (str, str, str, str.upper, str.lower, str.title)
_PAIRS: Final = (('"', '": "', '"'), ("<", ">", "</>"), ("[", "] ", ""), ("**", ":** ", ""), ("", " (", ")"), ("", ":___", "___"))  # fmt: skip


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Kind to pairs of labels and of what fills them."""
    out: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for row in lines("fields.tsv"):
        kind, labels, values = row.split("\t")
        out.setdefault(kind, []).append((tuple(labels.split("|")), _values(values)))
    return {kind: tuple(pairs) for kind, pairs in out.items()}


def _values(text: str) -> tuple[str, ...]:
    """Alternatives, where one in brackets is one."""
    out, depth = [""], 0
    for char in text:
        depth += (char == "[") - (char == "]")
        if char == "|" and not depth:
            out.append("")
        else:
            out[-1] += char
    return tuple(out)


def _field(rng: random.Random, kind: str) -> tuple[str, str]:
    labels, values = rng.choice(_fields()[kind])
    return rng.choice(labels), rng.choice(values)


def _picked(rng: random.Random, low: int, high: int) -> list[tuple[str, str]]:
    kinds = [rng.choice(_KINDS) for _ in range(rng.randint(low, high))]
    return [_field(rng, kind) for kind in kinds]


def _case(rng: random.Random) -> Callable[[str], str]:
    return rng.choice(_CASES)


def _pairs(rng: random.Random) -> Style:
    """Labels and values, one a line or all in one."""
    case, between, glue = _case(rng), rng.choice(_BETWEEN), rng.choice(_GLUE)
    return tuple(
        glue.join(f"{case(label)}{between}{value}" for label, value in _picked(rng, 2, 9)).split("\n")
    )


def _banner(rng: random.Random) -> Style:
    """Values without labels, as on a sticker."""
    glue = rng.choice((" ", "  ", " | ", ", ", " / ", "; ", "\t", " - ", "\n"))
    return tuple(glue.join(value for _, value in _picked(rng, 2, 6)).split("\n"))


def _table(rng: random.Random) -> Style:
    """A row of labels over rows of values."""
    glue, case = rng.choice((",", "\t", " | ", "|", "   ", ";", "    ")), _case(rng)
    kinds = [rng.choice(_KINDS) for _ in range(rng.randint(3, 6))]
    fields = [_fields()[kind] for kind in kinds]
    columns = [rng.choice(pairs) for pairs in fields]
    head = glue.join(case(rng.choice(labels)) for labels, _ in columns)
    rows = [
        glue.join(rng.choice(values).replace("{pt.", "{x.") for _, values in columns)
        for _ in range(rng.randint(1, 4))
    ]
    return (head, *rows) if rng.random() < 0.7 else tuple(rows)


def _marked(rng: random.Random) -> Style:
    """Pairs in the manner of JSON, XML, wikis and paper forms."""
    opening, middle, closing = rng.choice(_PAIRS)
    out = []
    for label, value in _picked(rng, 2, 7):
        name = label.replace(" ", "") if opening == "<" else label
        end = f"</{name}>" if closing == "</>" else closing
        out.append(f"{opening}{name}{middle}{value}{end}")
    return tuple(out)


def _letterhead(rng: random.Random) -> Style:
    out = [
        "{hosp}",
        "{street}",
        "{city}, {state.any} {zip}",
        "{phone}",
        "{date.long}",
        "{doc.full}, {cred}",
        "RE: {pt.full}",
    ]
    keep = [line for line in out if rng.random() < 0.75]
    return tuple(keep if rng.random() < 0.7 else rng.sample(keep, len(keep)))


_HEADERS: Final = (_pairs, _pairs, _pairs, _pairs, _banner, _banner, _table, _marked, _letterhead)


def _body(rng: random.Random, share: float) -> Style:
    """Sections of lines; ``share`` of the lines name somebody or something."""
    bullet, out = rng.choice(_BULLETS), []
    heads = rng.choice(
        ("~head", "", "", "{headcaps}:", "{headtitle}:", "{headword}: ", "** {headtitle} **", "[{headcaps}]")
    )
    joined = rng.random() < 0.4
    for _ in range(rng.randint(1, 4)):
        rows = [
            bullet + rng.choice(_NAMING if rng.random() < share else _PLAIN) for _ in range(rng.randint(1, 4))
        ]
        if heads and heads.endswith(" "):
            rows[0] = heads + rows[0]
        elif heads:
            out.append(heads)
        out += [" ".join(rows)] if joined else rows
    return tuple(out)


def composed(rng: random.Random) -> Style:
    """A style made for one note.

    Example:
        >>> len(composed(random.Random(4))) > 1
        True
    """
    share = rng.choice((0.0, 0.2, 0.4, 0.6, 0.8))
    parts: list[Style] = []
    if rng.random() < 0.5:
        parts.append(("~1 title",))
    if rng.random() < 0.75:
        parts.append(rng.choice(_HEADERS)(rng))
    parts.append(_body(rng, share))
    if rng.random() < 0.15:
        parts.append(rng.choice(_HEADERS)(rng))
    if rng.random() < 0.65:
        parts.append(("~1 sig",))
    if rng.random() < 0.3:
        parts.append(("~1 foot",))
    if rng.random() < 0.06:
        rng.shuffle(parts)
    return tuple(line for part in parts for line in part)


def asked(rng: random.Random) -> Style:
    """A question as clinicians type it to an assistant, with or without somebody in it."""
    start = "~1 qopen"
    if rng.random() < 0.25:
        return (f"{start} ~1 qplain ~1 qend".replace(" ~1 qend", "~1 qend"),)
    clauses = "~1 qclause" * rng.randint(0, 3)
    whole = f"{start} ~1 qpatient{clauses}~1 qend"
    return (whole, "~1 qopen ~1 qplain~1 qend") if rng.random() < 0.15 else (whole,)


_POOR: Final = ("~1-3 plain", "~1-3 plain", "~1-2 neg", "~1-2 exam", "~1-2 labs", "~1 vitals", "~1-2 talkneg", "~1 icdsent", "~1 drugsent")  # fmt: skip


def poor(rng: random.Random) -> Style:
    """A note or a talk with nobody in it, full of what looks like somebody."""
    if rng.random() < 0.4:
        speakers = rng.choice((("Doctor: ", "Patient: "), ("D: ", "P: "), ("[doctor] ", "[patient] "), ("", ""), ("Q. ", "A. "), ("Provider - ", "Pt - ")))  # fmt: skip
        pools = ("~1-3 chatter", "~1-2 chatter", "~1-3 talkneg", "~1 plain")
        return tuple(speakers[turn % 2] + rng.choice(pools) for turn in range(rng.randint(3, 9)))
    bullet = rng.choice(_BULLETS).replace("{date.md} ", "").replace("{date} ", "")
    heads = rng.choice(("~head", "~head", "", "{headcaps}:", "{headtitle}:"))
    none = [f"{label}: {value}" for label, value in (_field(rng, "none") for _ in range(rng.randint(1, 4)))]
    out = [*none] if rng.random() < 0.3 else []
    for _ in range(rng.randint(1, 5)):
        out += [heads] if heads else []
        out += [bullet + rng.choice(_POOR) for _ in range(rng.randint(1, 4))]
    return tuple(out)


#: Styles that are made anew for each note.
MADE: Final[Mapping[str, Callable[[random.Random], Style]]] = {
    "composed": composed,
    "asked": asked,
    "poor_made": poor,
}
