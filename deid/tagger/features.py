"""What the tagger sees of a word: its form, what is known of it, its neighbours, what recognizers said."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from plummer.deid.tagger.patterns import REACH, written
from plummer.deid.tagger.tokens import Atom

#: The neighbours that are looked at.
BESIDE: Final = (-3, -2, -1, 1, 2, 3)
_EDGE: Final[Atom] = ("", "B", "", "", "", False, "")
_NAME: Final = frozenset("123ghn")
_PLACE: Final = frozenset("ckwy")


@lru_cache(maxsize=65536)
def _form(word: str) -> str:  # noqa: PLR0911 (one a shape)
    """The word's outline: digits by their count and range, letters by case and length."""
    if word.isdecimal():  # "𐩀" and "²" are digits that no number is read from
        if len(word) == 4 and word[:2] in {"19", "20"}:
            return "Y"
        if len(word) <= 2:
            number = int(word)
            zero = "0" if word[0] == "0" else ""
            return (
                f"{zero}m{len(word)}"
                if 1 <= number <= 12
                else f"d{len(word)}"
                if 1 <= number <= 31
                else f"n{len(word)}"
            )
        return f"n{min(len(word), 12)}"
    if not word.isalpha():
        return word
    if len(word) == 1:
        return "X" if word.isupper() else "x"
    if word.isupper():
        return "XX" if len(word) == 2 else "XXX" if len(word) == 3 else "XXXX"
    if word.islower():
        return "xx" if len(word) == 2 else "xxx"
    return "Xx" if word[1:].islower() else "XxX"


@lru_cache(maxsize=4096)
def _kind(flags: str) -> str:
    """The flags in short: what English or medicine says, what lists of names and places say."""
    marks = set(flags)
    english = (
        "a" if "a" in marks else "i" if "i" in marks else "b" if "b" in marks else "p" if "p" in marks else ""
    )
    drug = "d" if "d" in marks else ""
    eponym = "e" if "e" in marks else ""
    family = next((f for f in "123" if f in marks), "")
    given = next((f for f in "gh" if f in marks), "n" if "n" in marks and not family else "")
    place = next((f for f in "ckwy" if f in marks), "")
    return english + drug + eponym + family + given + place or "?"


def own(word: str, flags: str) -> tuple[str, ...]:
    """Features of a word by itself; the name of a word only where it is no mere name.

    Args:
        word: as written.
        flags: what the lexicon says of it.

    Example:
        >>> own("Lee", "1")[:4]
        ('b', 'f=Xx', 'k=1', 'fk=Xx|1')
    """
    lower, form, kind = word.lower(), _form(word), _kind(flags)
    out = ["b", f"f={form}", f"k={kind}", f"fk={form}|{kind}"]
    if not word.isdigit() and (
        not word.isalpha() or "a" in flags or "i" in flags or len(word) < 4 or not flags
    ):
        out.append(f"w={lower}")
    elif word.isdigit() and len(word) < 3:
        out.append(f"w={word}")
    if word.isalpha() and len(word) > 2:
        out += [
            f"p={lower[:2]}",
            f"p={lower[:3]}",
            f"s={lower[-2:]}",
            f"s={lower[-3:]}",
            f"s={lower[-4:]}",
            f"sk={lower[-3:]}|{kind}",
            f"l={min(len(word), 10)}",
        ]
    marks = set(flags)
    if marks & _NAME:
        out.append("N")
        if not marks & {"a", "b", "i"}:
            out.append("NN")
    if marks & _PLACE:
        out.append("P")
    return tuple(out)


def spelt(word: str, flags: str) -> str | None:
    """What a neighbour's own letters say, beside its outline and kind; None where that is nothing."""
    if "a" in flags or len(word) < 4 or not flags or "i" in flags:
        return word.lower() if not word.isdigit() else _form(word)
    return None


def outlined(form: str, kind: str, letters: bool, offset: int) -> tuple[str, ...]:
    """Features of a neighbour's outline and kind, ``offset`` tokens away (negative: before).

    Args:
        form: its outline.
        kind: its flags in short.
        letters: whether its letters say something too; see `spelt`.
        offset: its distance.
    """
    if abs(offset) == REACH:
        return () if letters else (f"{offset}f={form}",)
    return f"{offset}fk={form}|{kind}", f"{offset}f={form}", f"{offset}k={kind}"


def around(atoms: Sequence[Atom], start: int, end: int) -> list[Atom]:
    """The tokens from ``start`` to ``end`` with `REACH` more on either side."""
    low, high = start - REACH, end + REACH
    before, behind = [_EDGE] * -min(low, 0), [_EDGE] * max(high - len(atoms), 0)
    return [*before, *atoms[max(low, 0) : high], *behind]


def looks(word: str, flags: str) -> tuple[str, str, str]:
    """A word's outline, its flags in short, and what stands for it among its neighbours."""
    form = _form(word)
    written = (not flags or "a" in flags or len(word) < 4) and not word.isdigit()
    return form, _kind(flags), word.lower() if written else form


def hints(inside: Sequence[Atom], i: int, form: str, kind: str) -> list[str]:
    """Features of recognizers' findings, of the line's label, and of a name that stands elsewhere.

    Args:
        inside: the tokens.
        i: which of them, none at an edge.
        form: its outline.
        kind: its flags in short.
    """
    _, _, said, label, _, named, _ = inside[i]
    before, behind = inside[i - 1][2], inside[i + 1][2]
    if not (said or before or behind or label or named):  # of most tokens there are none
        return []
    fk = f"{form}|{kind}"
    row = [f"h={said}", f"hf={said}|{fk}"] if said else []
    if before or behind:
        row.append(f"h3={before[:8]}|{said[:8]}|{behind[:8]}")
    if label:
        row += [f"l={label}", f"lf={label}|{form}"]
    if named:
        row += ["named", f"named|{fk}"]
    return row


def features(atoms: Sequence[Atom], start: int, end: int) -> list[list[str]]:
    """The features of the tokens from ``start`` to ``end``; they depend on nothing beyond `REACH` tokens."""
    inside = around(atoms, start, end)
    forms, kinds, words = zip(*(looks(atom[0], atom[6]) for atom in inside), strict=True)
    columns = {"F": forms, "K": kinds, "W": words, "G": [a[1] for a in inside], "C": [a[4] for a in inside]}
    out: list[list[str]] = []
    for i in range(REACH, REACH + end - start):
        row = [*own(inside[i][0], inside[i][6]), *written(columns, i), *hints(inside, i, forms[i], kinds[i])]
        for offset in BESIDE:
            letters = spelt(inside[i + offset][0], inside[i + offset][6])
            row += outlined(forms[i + offset], kinds[i + offset], letters is not None, offset)
            row += [f"{offset}w={letters}"] if letters is not None else []
        out.append(row)
    return out
