"""What many subjects share, which one record alone can't tell: common labels, and days that are everybody's.

A pipeline counts subjects by `labels_of` and `days_of` over all resources, chooses by `population`, and hands
the result to the scrubber. Without one the scrubber knows nobody, and is the stricter for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from plummer.deid.dates import parse_fhir_date
from plummer.deid.structure.json import Value
from plummer.schemas.fhir import child, resource_types

Label = tuple[str, str, str]
"""(system, code, display); a CodeableConcept's text is ("", "", text)."""

Day = tuple[str, str, date]
"""(resource type, ``Type.element``, wall-clock day of the site)."""

CONSTANT_SHARE: Final = 0.02
CONSTANT_SUBJECTS: Final = 20
_DATES: Final = frozenset({"date", "dateTime", "instant"})


@dataclass(frozen=True, slots=True)
class Population:
    """What is common enough to be nobody's own.

    Attributes:
        labels: labels that at least k subjects have; they stay as they are.
        days: days that a path carries for so many subjects that it can't be an event of each; moved by a
            subject's shift they would tell it, so they are removed.
    """

    labels: frozenset[Label] = frozenset()
    days: frozenset[Day] = frozenset()


NOBODY: Final = Population()


def _children(context: str, value: Mapping[str, Value]) -> Iterator[tuple[str, str, Value]]:
    """(key, context of the value, value) of everything R4 knows below an object."""
    for key, item in value.items():
        element = child(context, key)
        for each in item if isinstance(item, list) else [item]:
            if element is not None:
                below = each.get("resourceType", "") if isinstance(each, dict) else ""
                yield key, below if below in resource_types() else element.context, each


def labels_of(resource: Value) -> set[Label]:
    """Every label of a resource, for counting.

    Example:
        >>> coding = {"system": "http://snomed.info/sct", "code": "386661006", "display": "Fever"}
        >>> sorted(labels_of({"resourceType": "Condition", "code": {"coding": [coding], "text": "Fever"}}))
        [('', '', 'Fever'), ('http://snomed.info/sct', '386661006', 'Fever')]
    """
    found: set[Label] = set()
    _labels(resource, found)
    return found


def _labels(value: Value, found: set[Label]) -> None:
    if isinstance(value, list):
        for item in value:
            _labels(item, found)
    elif isinstance(value, dict):
        parts = (value.get("system"), value.get("code"), value.get("display"))
        if all(isinstance(part, str) for part in parts):
            found.add(parts)  # type: ignore[arg-type]  # just seen to be strings
        if "coding" in value and isinstance(value.get("text"), str):
            found.add(("", "", value["text"]))
        for item in value.values():
            _labels(item, found)


def days_of(resource: Value, zone: str) -> set[Day]:
    """Every full day of a resource with its path, for counting.

    Args:
        resource: a parsed resource.
        zone: the policy's ``site_timezone``.

    Example:
        >>> days_of({"resourceType": "Coverage", "period": {"start": "2020-01-01", "end": "2020"}}, "UTC")
        {('Coverage', 'Period.start', datetime.date(2020, 1, 1))}
    """
    found: set[Day] = set()
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(kind, str) and kind in resource_types():
        _days(kind, kind, resource, zone, found)
    return found


def _days(kind: str, context: str, value: Mapping[str, Value], zone: str, found: set[Day]) -> None:
    for key, below, item in _children(context, value):
        if isinstance(item, dict):
            _days(below if below in resource_types() else kind, below, item, zone, found)
        elif isinstance(item, str) and below in _DATES:
            parsed = parse_fhir_date(item, zone)
            if parsed is not None and parsed.precision in {"day", "time"}:
                found.add((kind, f"{context}.{key}", parsed.wall.date()))


def least_subjects(subjects: int) -> int:
    """Of how many subjects a day is taken for a constant: 20, and more than a fiftieth of all.

    Example:
        >>> least_subjects(500), least_subjects(1_000), least_subjects(2_000)
        (20, 21, 41)
    """
    return max(CONSTANT_SUBJECTS, int(CONSTANT_SHARE * subjects) + 1)


def population(
    labels: Iterable[tuple[Label, int]], days: Iterable[tuple[Day, int]], subjects: int, k: int
) -> Population:
    """Choose from counts of distinct subjects.

    Args:
        labels: each label with how many subjects have it.
        days: each day with how many subjects have it.
        subjects: all subjects.
        k: the policy's smallest group.

    Example:
        >>> found = population([(("s", "c", "d"), 11), (("s", "c", "e"), 10)], [], 500, 11)
        >>> found.labels
        frozenset({('s', 'c', 'd')})
    """
    least = least_subjects(subjects)
    return Population(
        frozenset(label for label, count in labels if count >= k),
        frozenset(day for day, count in days if count >= least),
    )
