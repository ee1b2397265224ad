"""Gates: what must hold before a candidate is written, or before a release is published.

Each function makes one gate from numbers that a stage measured. A gate that couldn't be measured
passes nothing: its `passed` is None, and it stays closed for what it blocks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from plummer.expectations.results import SuiteResult

Blocks = Literal["candidate", "publish"]

QUARANTINE_SHARE: Final = 0.01
"""Share of what was read that may be refused, unless the policy says otherwise."""
MIN_SUBJECTS: Final = 1_000
"""Smallest population in which a gate about populations means anything (design.md, Contract details)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate with its number.

    Attributes:
        name: stable id.
        passed: True open, False closed, None not measurable (closed too).
        value: what was measured, None where nothing was.
        limit: what it may be at most (or must be).
        blocks: ``candidate`` = no release folder is written; ``publish`` = it stays unsigned.
        note: one plain sentence: what the number is and where it comes from.
    """

    name: str
    passed: bool | None
    value: float | int | str | None
    limit: float | int | str | None
    blocks: Blocks
    note: str


def closed(gates: Iterable[Gate], blocks: Blocks) -> tuple[Gate, ...]:
    """Gates that keep a candidate from being written, or a release from being published.

    Example:
        >>> [gate.name for gate in closed([balance(5, 4), signatures(0)], "candidate")]
        ['balance']
    """
    return tuple(gate for gate in gates if gate.blocks == blocks and gate.passed is not True)


def balance(read: int, accounted: int) -> Gate:
    """Everything read is loaded, a duplicate, quarantined or deleted (invariant 4).

    Args:
        read: units read in this run.
        accounted: sum of loaded, duplicate, quarantined and deleted.

    Example:
        >>> balance(10, 10).passed, balance(10, 9).value
        (True, 1)
    """
    difference = read - accounted
    note = "units read that are not loaded, duplicate, quarantined or deleted; from identified/loads"
    return Gate("balance", difference == 0, difference, 0, "candidate", note)


def quarantine_share(read: int, quarantined: int, limit: float = QUARANTINE_SHARE) -> Gate:
    """Not too much was refused.

    Example:
        >>> quarantine_share(1000, 10).passed, quarantine_share(1000, 11).passed
        (True, False)
        >>> quarantine_share(0, 0).passed
        True
    """
    share = quarantined / read if read else 0.0
    note = "share of what was read that was refused; from identified/loads and identified/quarantine"
    return Gate("quarantine_share", share <= limit, round(share, 6), limit, "candidate", note)


def schema(suites: Sequence[SuiteResult], wanted: Sequence[str]) -> Gate:
    """Every wanted table was checked, and no expectation of severity error failed.

    A table whose suite wasn't run counts as a failure.

    Example:
        >>> schema([SuiteResult("events", 1, (), 0.1)], ["events", "subjects"]).value
        1
    """
    absent = set(wanted) - {suite.table for suite in suites}
    failed = sum(len(suite.failed) for suite in suites) + len(absent)
    note = "expectations that failed, and tables that weren't checked; from the suites"
    return Gate("schema", failed == 0, failed, 0, "candidate", note)


def leaks(hits: int, planted: int, found: int, unopened: int = 0) -> Gate:
    """The leak scan found nothing and proved that it would have.

    Args:
        hits: needles found.
        planted: positive controls hidden in every kind of container.
        found: controls found.
        unopened: containers that the scan could not open.

    Example:
        >>> leaks(0, 12, 12).passed, leaks(0, 12, 11).passed, leaks(0, 0, 0).passed
        (True, False, None)
    """
    note = "identifying values found outside the identified zone; from the leak scan"
    if planted == 0:
        return Gate("leaks", None, None, 0, "candidate", "the leak scan planted no control: not measurable")
    if found < planted:
        note = "the leak scan missed a control it had planted itself, so its zero means nothing"
    elif unopened:
        note = "the leak scan met containers that it could not open"
    passed = hits == 0 and found == planted and unopened == 0
    return Gate("leaks", passed, hits, 0, "candidate", note)


def references(dangling: int) -> Gate:
    """No released resource or event names one that isn't released.

    Example:
        >>> references(0).passed
        True
    """
    note = "references in the release whose target isn't in it; counted over its tables"
    return Gate("references", dangling == 0, dangling, 0, "candidate", note)


def timeline_invariance(violations: int, subjects: int, failed: int = 0, note: str = "") -> Gate:
    """Scrubbing left every subject's time as it was, at the precision the release has (D-16).

    Args:
        violations: neighbours in another order or at another distance, stays and ages that changed, events
            that only the release has, subjects whose dates weren't moved though the policy says so.
        subjects: subjects compared.
        failed: records that couldn't be read again.
        note: how the subjects were chosen.

    Example:
        >>> timeline_invariance(0, 25).passed, timeline_invariance(1, 25).passed
        (True, False)
        >>> timeline_invariance(0, 0).passed is None
        True
        >>> timeline_invariance(0, 25).blocks
        'publish'
    """
    told = "times that scrubbing bent (order, intervals, stays, ages), source against released"
    told = f"{told}; {note}" if note else told
    passed = None if subjects == 0 else violations == 0 and failed == 0
    return Gate("timeline_invariance", passed, violations, 0, "publish", told)


def signatures(signed: int, needed: int = 2) -> Gate:
    """The steward and the privacy officer have signed the release.

    Example:
        >>> signatures(0).passed, signatures(0).blocks
        (False, 'publish')
    """
    note = "signatures on the release, of those the profile asks for"
    return Gate("signatures", signed >= needed, signed, needed, "publish", note)


def population(name: str, subjects: int, note: str, min_subjects: int = MIN_SUBJECTS) -> Gate | None:
    """The `not_measurable` form of a gate about a population, where it is too small; else None.

    Example:
        >>> population("k_anonymity", 25, "smallest group").value
        'not_measurable'
        >>> population("k_anonymity", 5000, "smallest group") is None
        True
    """
    if subjects >= min_subjects:
        return None
    note = f"{note}; not measurable under {min_subjects:,} subjects"
    return Gate(name, None, "not_measurable", None, "publish", note)


def k_anonymity(smallest: int, subjects: int, k: int, min_subjects: int = MIN_SUBJECTS) -> Gate:
    """Nobody stands in a group smaller than k by sex and the three-year band of the first event.

    Args:
        smallest: size of the smallest group in timeline/subjects, 0 where there is none.
        subjects: rows of timeline/subjects.
        k: the policy's k.
        min_subjects: smallest population it is measured in.

    Example:
        >>> k_anonymity(12, 4000, 11).passed, k_anonymity(12, 40, 11).passed
        (True, None)
    """
    note = "smallest group of subjects of one sex and one band of years; from timeline/subjects"
    small = population("k_anonymity", subjects, note, min_subjects)
    return small or Gate("k_anonymity", smallest >= k, smallest, k, "publish", note)
