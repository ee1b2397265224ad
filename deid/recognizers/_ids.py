"""The shape that numbers behind a cue have."""

from typing import Final

from plummer.deid.recognizers.base import digits_of

#: Letters, digits and inner separators; a cue's recognizer asks for a minimum of digits.
VALUE: Final = (
    r"([A-Za-z]{0,5}[-#]?\d[A-Za-z0-9]*(?:[-./ ]?[A-Za-z]{0,3}\d[A-Za-z0-9]*){0,6}(?:-[A-Za-z]{1,2}\b)?)"
)
#: What may stand between a cue and its value.
GAP: Final = r"(?i:\s?(?:no|num|number|nbr|id|ids|#|is|was))*\.?[\s:#=(-]{1,4}"
GAP_OR_NONE: Final = r"(?i:\s?(?:no|num|number|nbr|id|#|is|was))*\.?[\s:#=(-]{0,4}"


def trimmed(text: str, start: int, end: int, least: int) -> tuple[int, int] | None:
    """A value cut where its run of numbers ends, or None with fewer than ``least`` digits.

    Blanks inside a value are kept only between groups of two to four digits (``695 81 90``), so that a
    date or a dose behind the number isn't taken with it.
    """
    value = text[start:end]
    groups = value.split(" ")
    kept = [groups[0]]
    for group in groups[1:]:
        if not (kept[-1].isdigit() and group.isdigit() and 2 <= len(group) <= 4 and 2 <= len(kept[-1]) <= 4):
            break
        kept.append(group)
    value = " ".join(kept).rstrip("-./ ")
    return (start, start + len(value)) if len(digits_of(value)) >= least else None
