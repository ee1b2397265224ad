# ruff: noqa: E501 (lists are easier to read on one line)
"""The tagger's labels: the contract's types, those with the same look put together."""

from collections.abc import Mapping, Sequence
from typing import Final

OUTSIDE: Final = "O"
#: Label of each type; which kind of number or address of the net it is, the cue in front says.
LABELS: Final[Mapping[str, str]] = {
    "NAME": "NAME", "AGE": "AGE", "DATE": "DATE", "STREET": "STREET", "CITY": "CITY", "COUNTY": "CITY", "ZIP": "ZIP",
    "ORGANIZATION": "ORG", "PHONE": "PHONE", "FAX": "PHONE", "EMAIL": "NET", "URL": "NET", "IP": "NET", "USERNAME": "NET",
    "SSN": "ID", "MRN": "ID", "HEALTH_PLAN": "ID", "ACCOUNT": "ID", "LICENSE": "ID", "VEHICLE": "ID", "DEVICE": "ID",
    "BIOMETRIC": "ID", "OTHER_ID": "ID",
}  # fmt: skip
#: The type to report for a label where nothing says more.
TYPES: Final[Mapping[str, str]] = {
    "NAME": "NAME", "AGE": "AGE", "DATE": "DATE", "STREET": "STREET", "CITY": "CITY", "ZIP": "ZIP", "ORG": "ORGANIZATION",
    "PHONE": "PHONE", "NET": "USERNAME", "ID": "OTHER_ID",
}  # fmt: skip


def token_labels(places: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int, str]]) -> list[str]:
    """The label of each token: that of a span it overlaps.

    Args:
        places: offsets of the tokens.
        spans: start, end and type, sorted.

    Example:
        >>> token_labels([(0, 2), (3, 6)], [(3, 6, "NAME")])
        ['O', 'NAME']
    """
    labels = [OUTSIDE] * len(places)
    first = 0
    for start, end, kind in spans:
        while first < len(places) and places[first][1] <= start:
            first += 1
        at = first
        while at < len(places) and places[at][0] < end:
            labels[at] = LABELS[kind]
            at += 1
    return labels
