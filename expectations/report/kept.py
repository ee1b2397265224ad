"""What scrubbing kept of the coded clinical content, as shares by resource type; small types withheld."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from plummer.expectations.report.data import Fidelity
from plummer.expectations.report.small_cells import shown

KINDS: Final = ("code", "value", "unit", "status", "time")
_Counts = tuple[int, int]


def kept(found: Fidelity, k: int, hidden: Collection[str]) -> dict[str, Any]:
    """The comparison as JSON types; None stands for what is withheld.

    Of a type that has too few records, nothing is told. Counts are added up over the types that are shown
    only, or the others would follow by subtraction; the share of the whole is of all types. With no total of
    all types to subtract from, no large type has to hide a small one.

    Args:
        found: the comparison.
        k: smallest count of persons or records of a kind that is shown.
        hidden: types whose number of records is withheld elsewhere in the report.

    Example:
        >>> pair = {"Goal": {"status": (9, 9)}, "Flag": {"status": (50, 49), "time": (50, 50)}}
        >>> found = kept(Fidelity(53, 53, 20, {"Goal": 3, "Flag": 50}, pair, {}), 11, ())
        >>> [(row["type"], row["percent"]) for row in found["types"]]
        [('Flag', 99.0), ('Goal', None)]
        >>> found["percent"]
        99.0
    """
    open_types = {kind for kind, count in found.resources.items() if count >= k and kind not in hidden}
    return {
        "records": found.records,
        "of": found.of,
        "subjects": shown(found.subjects, k),
        "failed": found.failed,
        "percent": percent(_sum(pair for parts in found.content.values() for pair in parts.values())),
        "types": [_row(kind, found.content[kind], kind in open_types) for kind in sorted(found.content)],
        "shown": _row("", _together(found.content[kind] for kind in open_types), open_type=True),
        "timeline": dict(found.timeline),
    }


def percent(pair: _Counts) -> float | None:
    """Share in per cent, rounded down, so that 100 means all; None where there was nothing.

    Example:
        >>> percent((100_000, 99_999)), percent((3, 3)), percent((0, 0))
        (99.9, 100.0, None)
    """
    source, left = pair
    return left * 1000 // source / 10 if source else None


def _sum(pairs: Iterable[_Counts]) -> _Counts:
    listed = list(pairs)
    return sum(pair[0] for pair in listed), sum(pair[1] for pair in listed)


def _together(types: Iterable[Mapping[str, _Counts]]) -> dict[str, _Counts]:
    listed = list(types)
    return {kind: _sum(parts[kind] for parts in listed if kind in parts) for kind in KINDS}


def _row(kind: str, parts: Mapping[str, _Counts], open_type: bool) -> dict[str, Any]:
    source, left = _sum(parts.values())
    by_kind = {name: percent(parts.get(name, (0, 0))) if open_type else None for name in KINDS}
    whole = {"source": source, "kept": left, "percent": percent((source, left))}
    return {"type": kind, "withheld": not open_type, "parts": by_kind} | (
        whole if open_type else dict.fromkeys(whole)
    )
