"""The interpreter: a mapping and a scrubbed resource make events, or a reason why there are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plummer.pipelines.timeline.birth import birth
from plummer.pipelines.timeline.codes import Code, codes_in
from plummer.pipelines.timeline.event import Event, Outcome
from plummer.pipelines.timeline.said import PLAIN, Frame, Item, first_code, read_frame, read_item
from plummer.pipelines.timeline.status import exclusion, negation
from plummer.pipelines.timeline.times import Moment
from plummer.pipelines.timeline.tokens import float32
from plummer.pipelines.timeline.units import canonical
from plummer.schemas.flags import UNKNOWN_UNIT
from plummer.schemas.mappings import CodeSource, EventSpec, Mappings, TypeMapping
from plummer.schemas.mappings.paths import walk

NOT_MAPPED: Final = "not_mapped"
NO_SUBJECT: Final = "no_subject"
NO_CODE: Final = "no_code"


@dataclass(frozen=True, slots=True)
class _Source:
    """A resource with what the data around it says; one per resource, handed down."""

    mappings: Mappings
    mapping: TypeMapping
    resource: dict[str, Any]
    subject_id: int
    source_id: str
    joined: object
    negation: str | None
    encounter_id: str | None
    status: str | None
    verification: str | None


def map_resource(
    mappings: Mappings, resource: dict[str, Any], subject_id: int, source_id: str, joined: object = None
) -> Iterator[Event]:
    """The events of one scrubbed resource, in the mapping's order; none where it has a reason.

    Args:
        mappings: from `load_mappings`.
        resource: the scrubbed resource, parsed by `plummer.pipelines.timeline.decode`.
        subject_id: pseudonym of the subject.
        source_id: pseudonym of the resource.
        joined: the CodeableConcept at the end of the type's code reference (a Medication's code).

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> body = {"resourceType": "Procedure", "performedDateTime": "2020-03-01",
        ...         "code": {"coding": [{"system": "http://snomed.info/sct", "code": "80146002"}]}}
        >>> [(e.time.isoformat(), e.code) for e in map_resource(load_mappings(), body, 7, "p")]
        [('2020-03-01T00:00:00', 'SNOMED//80146002')]
    """
    yield from interpret(mappings, resource, subject_id, source_id, joined).events


def interpret(
    mappings: Mappings,
    resource: dict[str, Any],
    subject_id: int | None,
    source_id: str,
    joined: object = None,
) -> Outcome:
    """As `map_resource`, with the reason where a resource has no event.

    Reasons: ``not_mapped`` (no block for the type), ``no_subject``, ``no_code``, and those that the
    mapping's status rules name (``entered_in_error``).
    """
    mapping = mappings.types.get(str(resource.get("resourceType")))
    if mapping is None:
        return Outcome((), NOT_MAPPED)
    if subject_id is None:
        return Outcome((), NO_SUBJECT)
    if (reason := exclusion(mapping, resource)) is not None:
        return Outcome((), reason)
    before, encounter = negation(mapping, resource), _encounter(mapping, resource, source_id)
    said = [first_code(resource, paths) for paths in (mapping.status_code, mapping.verification)]
    source = _Source(mappings, mapping, resource, subject_id, source_id, joined, before, encounter, *said)
    events = tuple(_events(source))
    return Outcome(events) if events else Outcome((), NO_CODE)


def _events(source: _Source) -> Iterator[Event]:
    position = 0
    for spec in source.mapping.events:
        for event in _of_spec(source, spec, position):
            yield event
            position += 1


def _of_spec(source: _Source, spec: EventSpec, position: int) -> Iterator[Event]:
    if spec.rule is not None:
        if (found := birth(source.resource)) is not None:
            at = None if found[1] is None else Moment(found[1])
            yield _event(source, Frame(spec, at), position, Code(found[0], None), PLAIN)
        return
    items = (source.resource,) if spec.for_each is None else walk(source.resource, spec.for_each)
    if not items:
        return
    frame = read_frame(source.resource, spec)
    if frame.moment is None and spec.needs_time:
        return
    for item in items:
        codes = _codes(source, spec, item)
        said = read_item(source.mappings, spec, item) if codes and spec.value else PLAIN
        for code in codes:
            yield _event(source, frame, position, code, said)
            position += 1


def _codes(source: _Source, spec: EventSpec, item: object) -> list[Code]:
    if spec.constant is not None:
        return [Code(spec.constant, None)]
    for candidate in spec.code:
        nodes = _nodes(source, candidate, item)
        if found := _choose(source, spec, nodes):
            return found
    return [] if spec.default is None else [Code(spec.default, None)]


def _choose(source: _Source, spec: EventSpec, nodes: Sequence[object]) -> list[Code]:
    """Every distinct code, or the first of a standard system, or the first (CarePlan has two categories)."""
    found = {c.text: c for node in nodes for c in codes_in(source.mappings, spec, node)}
    if spec.every_code or len(found) < 2:
        return list(found.values())
    return [next((c for c in found.values() if c.standard), next(iter(found.values())))]


def _nodes(source: _Source, candidate: CodeSource, item: object) -> Sequence[object]:
    if candidate.reference is None:
        return walk(item, candidate.path)
    for reference in walk(item, candidate.reference):
        name = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(name, str) and name.startswith("#"):
            return [n for c in _contained(source.resource, name[1:]) for n in walk(c, candidate.path)]
    return [] if source.joined is None else [source.joined]


def _contained(resource: dict[str, Any], name: str) -> Iterator[object]:
    contained = resource.get("contained")
    for inner in contained if isinstance(contained, list) else ():
        if isinstance(inner, dict) and inner.get("id") == name:
            yield inner


def _event(source: _Source, frame: Frame, position: int, code: Code, said: Item) -> Event:
    spec, moment, value = frame.spec, frame.moment, said.value
    flags = (*frame.flags, *value.flags)
    number, unit = value.numeric, None
    if value.number is not None and value.unit is not None and value.measured:
        unit = canonical(source.mappings.units, code.text, value.unit)
        flags = flags if unit is not None else (*flags, UNKNOWN_UNIT)
    return Event(
        subject_id=source.subject_id,
        time=None if moment is None else moment.at,
        code="//".join(filter(None, (source.negation, spec.qualifier, code.text))),
        numeric_value=number,
        text_value=value.text,
        numeric_text=value.number,
        unit=value.unit,
        event_type=spec.event_type,
        encounter_id=source.encounter_id,
        source_table=source.mapping.resource_type,
        source_id=source.source_id,
        end_time=frame.end,
        available_time=frame.known,
        status=source.status,
        verification=source.verification,
        interpretation=said.interpretation,
        range_low=said.low,
        range_high=said.high,
        ucum_value=None if unit is None or value.number is None else float32(repr(unit.of(value.number))),
        ucum_unit=None if unit is None else unit.unit,
        members=frame.members,
        flags=flags,
        order=None if moment is None else moment.order,
        position=position,
        display=_display(source, spec, code),
        static=moment is None and (spec.static or spec.rule is not None),
    )


def _display(source: _Source, spec: EventSpec, code: Code) -> str | None:
    """What was refuted or not done must not read as done in the codes table either."""
    before = (part for part in (source.negation, spec.qualifier) if part is not None)
    return None if code.display is None else ": ".join((*before, code.display))


def _encounter(mapping: TypeMapping, resource: object, source_id: str) -> str | None:
    if mapping.encounter_self:
        return source_id
    for path in mapping.encounter:
        for node in walk(resource, path):
            name = node.get("reference") if isinstance(node, dict) else None
            if isinstance(name, str) and name.startswith("Encounter/"):
                return name.removeprefix("Encounter/")
    return None
