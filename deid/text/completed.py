# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What belongs to a finding and was left beside it: ``Jr.``, a nickname in quotes, the rest of a number, a floor.

Layers find a name, an institution or a number by its middle and leave its ends, most where a line was broken or a
scanner put a blank. Each rule here needs the finding before it, so that it finds nothing by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from plummer.deid.recognizers.words import STATES
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.completed_name import named, nickname
from plummer.deid.text.completed_place import institution, street, town
from plummer.deid.text.spans import Span

_GROUP: Final = re.compile(r"(?<=[0-9])(?:[ -]|-?\n)\d{1,5}(?:\n\d{2,5})?(?=[.,;)]|[ ]{2}|[ \t]*(?:\n|$))")
_CODE: Final = re.compile(r"(?:^|[\s(:#\"])([A-Z]{1,4}(?:-|[ ]|-?\n))\Z")
_DAY: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{2,4})?\b")
_CUES: Final = frozenset([
    "MRN", "MR", "ID", "NO", "NUM", "DOB", "SSN", "LOT", "SN", "ACC", "CSN", "FIN", "HAR", "REF", "EXT", "FAX", "TEL", "PH", "CELL", "AGE",
    "RX", "NPI", "DEA", "LIC", "BED", "RM", "ROOM", "TO", "AT", "OF", "ON", "IN", "BY", "AND", "FOR", "THE", "IS", "PT", "DR", "MS", "PLT",
    "DL", "VIN", "TAG", "REG", "PIN", "BOX", "UNIT", "ICN", "GRP", "POL", "MBI", "CLM", "CASE", "FILE", "PO", "MSG", "HOME", "PGR", "CCN",
    "INC", "EXP", "APN", "TPA", "RN", "LPN", "ICD", "CPT", "HCPC", "NDC", "HER", "HIM", "X", "C", "H", "W", "O", "P",
])  # fmt: skip
_LETTERED: Final = frozenset({"MRN", "OTHER_ID", "ACCOUNT", "LICENSE", "HEALTH_PLAN", "DEVICE"})
_CODES: Final = _LETTERED | {"VEHICLE", "SSN", "PHONE", "FAX"}


def completed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    r"""The spans with what belongs to them.

    Args:
        text: the shadow.
        spans: that no veto dropped.

    Example:
        >>> text = 'Leland Shell Sr. ("Bud"), tray 7022 8837 2261.'
        >>> found = [Span(0, 12, "NAME", 0.9, "x"), Span(31, 40, "OTHER_ID", 0.9, "x")]
        >>> [text[s.start : s.end] for s in completed(text, found)]
        ['Leland Shell Sr.', 'Bud', '7022 8837 2261']
    """
    for span in spans:
        held = span.by.startswith(("known.", "site."))
        whole = span if held else _WAYS.get(span.type, _same)(text, span)
        yield whole
        if whole.type == "NAME" and (nick := nickname(text, whole.end)):
            yield replace(whole, start=nick[0], end=nick[1])


def _same(_: str, span: Span) -> Span:
    return span


def _code(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while more := _GROUP.match(text, end):
        end = more.end()
    before = _CODE.search(text[max(start - 8, 0) : start]) if span.type in _LETTERED else None
    if before and text[start].isdigit() and not _DAY.match(text, start) and _is_prefix(before.group(1)):
        start -= len(before.group(1))
    return replace(span, start=start, end=end)


def _is_prefix(before: str) -> bool:
    """Whether capitals before digits are part of the number: none that says what it is, no state, no word."""
    letters = before.strip(" -\n")
    word = letters in STATES or "a" in lexicon().get(letters.casefold(), "")
    return letters not in _CUES and ("-" in before or not word)


_WAYS: Final[dict[str, Callable[[str, Span], Span]]] = {
    "NAME": named,
    "ORGANIZATION": institution,
    "CITY": town,
    "STREET": street,
    **dict.fromkeys(_CODES, _code),
}
