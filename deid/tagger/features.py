"""What the tagger sees of a word: its form, what is known of it, its neighbours, what recognizers said."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from plummer.deid.tagger.tokens import Atom

#: How far the features of a token reach.
REACH: Final = 3
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


@lru_cache(maxsize=131072)
def _word(word: str, flags: str) -> tuple[str, ...]:
    """Features of a word by itself; the name of a word only where it is no mere name."""
    lower, form, kind = word.lower(), _form(word), _kind(flags)
    out = [f"f={form}", f"k={kind}", f"fk={form}|{kind}"]
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


@lru_cache(maxsize=262144)
def _near(word: str, flags: str, offset: int) -> tuple[str, ...]:
    """Features of a neighbour."""
    form, kind = _form(word), _kind(flags)
    lower = word.lower() if not word.isdigit() else form
    short = (
        (f"{offset}fk={form}|{kind}", f"{offset}w={lower}")
        if "a" in flags or len(word) < 4 or not flags or "i" in flags
        else (f"{offset}fk={form}|{kind}",)
    )
    if abs(offset) == 3:
        return short[1:] or (f"{offset}f={form}",)
    return (*short, f"{offset}f={form}", f"{offset}k={kind}")


def _context(word: str, flags: str) -> str:
    return (
        word.lower() if (not flags or "a" in flags or len(word) < 4) and not word.isdigit() else _form(word)
    )


def features(atoms: Sequence[Atom], start: int, end: int) -> list[list[str]]:
    """The features of the tokens from ``start`` to ``end``; they depend on nothing beyond `REACH` tokens."""
    window = [atoms[i] if 0 <= i < len(atoms) else _EDGE for i in range(start - REACH, end + REACH)]
    forms = [_form(a[0]) for a in window]
    kinds = [_kind(a[6]) for a in window]
    words = [_context(a[0], a[6]) for a in window]
    out: list[list[str]] = []
    for i in range(REACH, REACH + end - start):
        word, gap, said, label, case, named, flags = window[i]
        f0, k0 = forms[i], kinds[i]
        after = window[i + 1][1]
        row = [*_word(word, flags)]
        for offset in (-3, -2, -1, 1, 2, 3):
            near = window[i + offset]
            row += _near(near[0], near[6], offset)
        fk = f"{f0}|{k0}"
        row += (
            "b",
            f"g={gap}|{after}|{f0}",
            f"c={case}|{fk}",
            f"ff-={forms[i - 1]}|{fk}",
            f"ff+={fk}|{forms[i + 1]}",
            f"f3={forms[i - 1]}|{gap}{f0}|{after}{forms[i + 1]}",
            f"f5={forms[i - 2]}|{forms[i - 1]}|{f0}|{forms[i + 1]}|{forms[i + 2]}",
            f"k3={kinds[i - 1]}|{k0}|{kinds[i + 1]}",
            f"w-k={words[i - 1]}|{k0}|{f0}",
            f"w+k={words[i + 1]}|{k0}|{f0}",
            f"w--={words[i - 2]}|{words[i - 1]}",
            f"w++={words[i + 1]}|{words[i + 2]}",
            f"w-+={words[i - 1]}|{words[i + 1]}",
            f"w---={words[i - 3]}|{words[i - 2]}|{words[i - 1]}",
        )
        if said:
            row += (f"h={said}", f"hf={said}|{fk}")
        if window[i - 1][2] or window[i + 1][2]:
            row.append(f"h3={window[i - 1][2][:8]}|{said[:8]}|{window[i + 1][2][:8]}")
        if label:
            row += (f"l={label}", f"lf={label}|{f0}")
        if named:
            row += ("named", f"named|{fk}")
        out.append(row)
    return out
