"""What stands of all exports together: what is whole as of when, and which exports came in half.

A whole export of a type is taken as of its time. One ``_since`` an instant adds to what is whole only as of
that instant or later. What isn't whole changes nothing: the state before it stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from plummer.pipelines.landing.completion import OTHERS, instant

Rows = Iterable[Mapping[str, Any]]
"""Rows of ``identified/completion``."""
_NEVER: Final[Mapping[str, Any]] = {"as_of": None, "load_id": None, "reason": None}


def standing(rows: Rows) -> list[dict[str, Any]]:
    """Which type of which group of a site is whole as of when.

    Returns:
        site, group (its number at the site: what it is called is for the identified zone), resource_type,
        as_of (None where it was never whole), load_id of the last whole one, and the reason of a later one
        that isn't.
    """
    states = _states(rows)
    groups = {site: sorted(group for of, group in states if of == site) for site, _ in states}
    return [
        {"site": site, "group": groups[site].index(group) + 1, "resource_type": kind, **state}
        for (site, group), types in sorted(states.items())
        for kind, state in sorted(types.items())
        if kind != OTHERS
    ]


def half_loaded(rows: Rows) -> list[tuple[str, str, str]]:
    """Exports whose encounters may lack something: a type of their group isn't whole as of their time.

    That is Cumulus' rule for an encounter (https://docs.smarthealthit.org/cumulus, core study, completion
    tracking): whether all that is exported for its group was loaded as of its own export or later.

    Returns:
        site, load_id and path of the manifest, in order.

    Example:
        >>> told = {"site": "main", "load_id": "d", "file": "manifest.json", "group": "g", "since": None}
        >>> told |= {"exported_at": "2024-05-01T00:00:00Z", "reason": None}
        >>> lost = {**told, "resource_type": "Observation", "reason": "missing_file"}
        >>> half_loaded([{**told, "resource_type": "Encounter"}, lost])
        [('main', 'd', 'manifest.json')]
    """
    told = list(rows)
    states = _states(told)
    return sorted(
        {
            (row["site"], row["load_id"], row["file"])
            for row in told
            if not _reached(states[row["site"], row["group"]], row["exported_at"])
        }
    )


def _reached(types: Mapping[str, Mapping[str, Any]], exported_at: str | None) -> bool:
    """Whether all types of a group are whole as of a time or later."""
    named = [state for kind, state in types.items() if kind != OTHERS]
    return all(_follows(exported_at, state["as_of"]) for state in named)


def _states(rows: Rows) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """State of each type, by site and group. A type comes into being as `OTHERS` stood until then."""
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for told in _in_order(rows):
        types = found.setdefault((told[0]["site"], told[0]["group"]), {})
        by_type = {row["resource_type"]: row for row in told}
        before = types.get(OTHERS, _NEVER)
        for kind in sorted({*by_type, *(types if OTHERS in by_type else ())}):
            types[kind] = _after(types.get(kind, before), by_type.get(kind, by_type.get(OTHERS, {})))
    return found


def _in_order(rows: Rows) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The rows of one export after the other, by their times."""

    def export(row: Mapping[str, Any]) -> tuple[float, str, str]:
        return _or_first(row["exported_at"]), row["load_id"], row["file"]

    yield from (list(told) for _, told in groupby(sorted(rows, key=export), export))


def _after(state: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    gap = row["since"] is not None and not _follows(row["since"], state["as_of"])
    if reason := row["reason"] or ("gap_before" if gap else None):
        return {**state, "reason": reason}
    return {"as_of": row["exported_at"], "load_id": row["load_id"], "reason": None}


def _or_first(text: str | None) -> float:
    found = instant(text)
    return float("-inf") if found is None else found.timestamp()


def _follows(begun: str | None, reached: str | None) -> bool:
    """Whether what is whole as of one instant reaches back to another; never where either isn't known."""
    start, end = instant(begun), instant(reached)
    return start is not None and end is not None and start <= end
