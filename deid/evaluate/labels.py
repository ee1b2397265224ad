"""What a gold set's labels mean in the contract's types: labels.tsv, and the two rules that need the text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from plummer.deid.text.spans import TYPES
from plummer.schemas.errors import ExitCode, PlummerError

#: The ways of counting: what the contract calls an identifier, what the law lists, all that was annotated.
VIEWS: Final = ("contract", "hipaa", "all")
_IDS: Final = (
    "OTHER_ID", "MRN", "ACCOUNT", "HEALTH_PLAN", "LICENSE", "VEHICLE", "DEVICE", "BIOMETRIC", "SSN",
    "USERNAME",
)  # fmt: skip
_PLACES: Final = ("CITY", "STREET", "COUNTY", "ZIP", "ORGANIZATION")
_SAFE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_YEAR: Final = re.compile(r"\W*(?:\d{4}|'?\d0s|\d{4}s)\W*")
_NUMBER: Final = re.compile(r"\d+")
_NINETY: Final = re.compile(r"ninet(?:y|ies)|hundred|noventa|cien", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label stands for.

    Attributes:
        types: types of the contract that a prediction may have to be strictly right; the first is reported.
        kind: ``hipaa``, ``staff`` or ``extra`` as labels.tsv says.

    Example:
        >>> meaning("DOCTOR", {})
        Meaning(types=('NAME',), kind='staff')
    """

    types: tuple[str, ...]
    kind: str

    def counts_in(self, view: str) -> bool:
        """Whether a gold span of this meaning is scored in a view; else it is neither for nor against."""
        return view == "all" or self.kind == "hipaa" or (self.kind == "staff" and view == "contract")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Meaning]:
    text = files("plummer.deid.evaluate").joinpath("labels.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {label: Meaning(_types(types.split(",")), kind) for label, types, kind in rows}


def _types(names: Iterable[str]) -> tuple[str, ...]:
    groups = {"ID*": _IDS, "PLACE*": _PLACES}
    return tuple(dict.fromkeys(one for name in names for one in groups.get(name, (name,))))


def meaning(label: str, own: Mapping[str, str]) -> Meaning:
    """What a label stands for.

    Args:
        label: a label of a gold set.
        own: the caller's labels and the contract's type of each; they go before the table.

    Raises:
        PlummerError: ``gold_label`` where neither names the label.
    """
    if label in own:
        return _table()[own[label]]
    found = _table().get(label) or _table().get(label.upper())
    if found is None:
        told = label if _SAFE.fullmatch(label) and not any(c.isdigit() for c in label) else "a label"
        raise PlummerError(
            "gold_label", f"{told} of the gold set is not known: say what it is with --map LABEL=TYPE",
            ExitCode.USAGE,
        )  # fmt: skip
    return found


def of_text(label: Meaning, value: str) -> Meaning:
    """The meaning with the law's two exceptions: a bare year and an age under 90 identify nobody.

    45 CFR 164.514(b)(2)(i)(C): all elements of dates except year; all ages over 89.

    Example:
        >>> of_text(Meaning(("AGE",), "hipaa"), "47 y/o").kind, of_text(Meaning(("AGE",), "hipaa"), "93").kind
        ('extra', 'hipaa')
    """
    first = label.types[0]
    if (first == "DATE" and _YEAR.fullmatch(value)) or (first == "AGE" and not _old(value)):
        return Meaning(label.types, "extra")
    return label


def _old(value: str) -> bool:
    return any(int(n) >= 90 for n in _NUMBER.findall(value)) or _NINETY.search(value) is not None


def own_labels(pairs: Iterable[str]) -> dict[str, str]:
    """The caller's ``LABEL=TYPE`` pairs.

    Raises:
        PlummerError: ``gold_map`` for another form or a type that the contract doesn't have.

    Example:
        >>> own_labels(["Staff=NAME"])
        {'Staff': 'NAME'}
    """
    out = dict(pair.partition("=")[::2] for pair in pairs)
    if not all(out) or not set(out.values()) <= set(TYPES):
        raise PlummerError("gold_map", "--map takes LABEL=TYPE, with a type of text scrub", ExitCode.USAGE)
    return out


def group_name(value: str) -> str:
    """A name from the gold set that may be printed; what looks like a value becomes ``other``.

    Example:
        >>> group_name("nonwestern"), group_name("Jane Roe, 5/1/1990")
        ('nonwestern', 'other')
    """
    return value if _SAFE.fullmatch(value) else "other"
