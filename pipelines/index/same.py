"""Patients of several sites who are one person by a declared identifier. Pure; no Spark.

Who bears the same value of the same declared system is the same person, and so is who bears another value
that one of them bears. Where two of them contradict each other, in the date of birth or in the sex, an
identifier was given to two people or typed wrongly; which of them is right would be a guess, so nobody of the
group is joined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SAME: Final = "same_done"
CONTRADICTION: Final = "same_contradiction"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A Patient with one declared identifier.

    Attributes:
        key: SITE/ID of the record, after `Patient.link`.
        value: keyed hash of system and value.
        born: birth date as far as it is known, "" where it isn't.
        sex: administrative gender, "" where it isn't known.
    """

    key: str = field(repr=False)
    value: bytes = field(repr=False)
    born: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """What declared identifiers come to.

    Attributes:
        survivors: record to the record that stands for the person, for all that are joined with another.
        codes: what became of each record that shares an identifier with another, by record.
    """

    survivors: Mapping[str, str] = field(repr=False)
    codes: Mapping[str, str] = field(repr=False)


def join(bearers: Sequence[Bearer], sites: Sequence[str] = ()) -> Joined:
    """Join records; the order of the bearers makes no difference.

    Args:
        bearers: every declared identifier of every record.
        sites: in the order in which their record stands for the person; the policy's order.

    Example:
        >>> north, south = Bearer("north/1", b"v", "1960-01-02"), Bearer("south/7", b"v", "1960")
        >>> dict(join([north, south], ["south", "north"]).survivors)
        {'north/1': 'south/7'}
        >>> dict(join([north, Bearer("south/8", b"v", "1961")]).codes)
        {'north/1': 'same_contradiction', 'south/8': 'same_contradiction'}
    """
    people: dict[str, list[Bearer]] = {}
    groups = _groups(bearers)
    for bearer in bearers:
        people.setdefault(groups[bearer.key], []).append(bearer)
    rank = {site: place for place, site in reversed(list(enumerate(sites)))}
    survivors: dict[str, str] = {}
    codes: dict[str, str] = {}
    for group in people.values():
        keys = {one.key for one in group}
        if len(keys) == 1:
            continue
        apart = _contradict(group)
        codes |= dict.fromkeys(keys, CONTRADICTION if apart else SAME)
        if not apart:
            first = min(keys, key=lambda key: (rank.get(key.partition("/")[0], len(rank)), key))
            survivors |= dict.fromkeys(keys - {first}, first)
    return Joined(dict(sorted(survivors.items())), dict(sorted(codes.items())))


def _groups(bearers: Sequence[Bearer]) -> dict[str, str]:
    """Each record's group, named by one of its records."""
    above: dict[str, str] = {}

    def top(key: str) -> str:
        above.setdefault(key, key)
        while above[key] != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    first: dict[bytes, str] = {}
    for bearer in bearers:
        above[top(bearer.key)] = top(first.setdefault(bearer.value, bearer.key))
    return {bearer.key: top(bearer.key) for bearer in bearers}


def _contradict(group: Sequence[Bearer]) -> bool:
    if len({one.sex for one in group if one.sex}) > 1:
        return True
    longest = max((one.born for one in group), key=len)
    return not all(longest.startswith(one.born) for one in group)
