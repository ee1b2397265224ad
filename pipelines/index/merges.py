"""Which records of patients are one subject, and why the others stay apart. Pure; no Spark.

Links make a graph: from each record to those that replaced it. A record is merged if all ways from it
end at one and the same record that nothing replaces: chains and links that stand twice are no matter.
Where ways end at different records, or go round in a circle, somebody is mistaken; which of the claims is
the true one would be a guess, so whoever depends on them stays alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from plummer.pipelines.index.links import REPLACED_BY, REPLACES

MERGED: Final = "merge_done"
CYCLE: Final = "merge_cycle"
CONFLICT: Final = "merge_conflict"
TO_ITSELF: Final = "merge_to_itself"
MISSING: Final = "merge_target_missing"
AMBIGUOUS: Final = "merge_target_ambiguous"
NOT_PATIENT: Final = "merge_target_not_patient"


class Found(NamedTuple):
    """A resource that bears the name of a link."""

    key: str
    is_patient: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """One link of a Patient.

    Attributes:
        key: SITE/ID of the record that has it.
        label: ``replaced-by`` or ``replaces``, or the code for which it is passed over.
        found: who bears the name that it gives.
    """

    key: str = field(repr=False)
    label: str
    found: tuple[Found, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Merges:
    """What claims come to.

    Attributes:
        survivors: key of each replaced record to the key of the record that is in use.
        codes: what became of each claim, in the order of the claims.
    """

    survivors: Mapping[str, str] = field(repr=False)
    codes: tuple[str, ...]


def resolve(claims: Sequence[Claim]) -> Merges:
    """Resolve all claims of one site; the order of the claims makes no difference to any of them.

    Time and memory grow in proportion to the claims, however long a chain is.

    Example:
        >>> def claim(key, label, other):
        ...     return Claim(key, label, (Found(other, True),))
        >>> made = resolve([claim("m/a", "replaced-by", "m/b"), claim("m/c", "replaces", "m/b")])
        >>> dict(made.survivors), made.codes
        ({'m/b': 'm/c', 'm/a': 'm/c'}, ('merge_done', 'merge_done'))
        >>> resolve([claim("m/a", "replaced-by", "m/b"), claim("m/b", "replaced-by", "m/a")]).codes
        ('merge_cycle', 'merge_cycle')
    """
    edges = [_edge(claim) for claim in claims]
    ends = _ends({edge for edge in edges if not isinstance(edge, str)})
    survivors = {old: end for old, end in ends.items() if end is not None and end != old}
    return Merges(survivors, tuple(_code(edge, ends) for edge in edges))


_Edge = tuple[str, str]


def _edge(claim: Claim) -> _Edge | str:
    """Old and new record of a claim, or the code for which it is passed over."""
    if claim.label not in {REPLACED_BY, REPLACES}:
        return claim.label
    found = set(claim.found)
    if len(found) != 1:
        return AMBIGUOUS if found else MISSING
    (other,) = found
    if not other.is_patient:
        return NOT_PATIENT
    if other.key == claim.key:
        return TO_ITSELF
    return (claim.key, other.key) if claim.label == REPLACED_BY else (other.key, claim.key)


def _code(edge: _Edge | str, ends: Mapping[str, str | None]) -> str:
    if isinstance(edge, str):
        return edge
    if edge[0] not in ends:
        return CYCLE
    return CONFLICT if ends[edge[0]] is None else MERGED


def _ends(edges: Iterable[_Edge]) -> dict[str, str | None]:
    """The one record where all ways from a record end; None where they end apart.

    Records are taken from the ends backwards, each once all that replaced it are known; those in a
    circle, and those before it, are never reached and stand in no entry.
    """
    newer: dict[str, set[str]] = {}
    older: dict[str, list[str]] = {}
    for old, new in edges:
        newer.setdefault(old, set()).add(new)
        newer.setdefault(new, set())
        older.setdefault(new, []).append(old)
    open_ways = {key: len(others) for key, others in newer.items()}
    ready = [key for key, count in open_ways.items() if count == 0]
    ends: dict[str, str | None] = {}
    while ready:
        key = ready.pop()
        reached = {ends[other] for other in newer[key]} or {key}
        ends[key] = next(iter(reached)) if len(reached) == 1 else None
        for old in older.get(key, ()):
            open_ways[old] -= 1
            if open_ways[old] == 0:
                ready.append(old)
    return ends
