"""The dates of raw resources that will be event times, for the subject's first and latest event."""

from collections.abc import Iterator
from typing import Any

from plummer.pipelines.timeline.status import exclusion
from plummer.pipelines.timeline.times import raw_date
from plummer.schemas.mappings import Mappings


def raw_event_times(mappings: Mappings, resource: dict[str, Any]) -> Iterator[str]:
    """The FHIR date strings that become `time` or `end_time` of a raw resource's events, each once.

    The birth date is none (it would make every first event a birth), available times are none
    either, and a resource that the mapping excludes has none.

    Args:
        mappings: from `load_mappings`.
        resource: a parsed resource as received.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> period = {"start": "2019-05-01T10:00:00Z", "end": "2019-05-02"}
        >>> list(raw_event_times(load_mappings(), {"resourceType": "Encounter", "period": period}))
        ['2019-05-01T10:00:00Z', '2019-05-02']
        >>> list(raw_event_times(load_mappings(), {"resourceType": "Patient", "birthDate": "1950"}))
        []
    """
    mapping = mappings.types.get(str(resource.get("resourceType")))
    if mapping is None or exclusion(mapping, resource) is not None:
        return
    seen: set[str] = set()
    for candidates in mapping.times:
        date = raw_date(resource, candidates)
        if date is not None and date not in seen:
            seen.add(date)
            yield date
