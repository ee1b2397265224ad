"""What a model reads of a resource: its coded clinical content, and its times.

The same walk goes over a resource as received and over what scrubbing left of it, so that the two can be laid
side by side (plummer.deid.structure.fidelity).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from typing import Final

from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.state import Json
from plummer.schemas.extensions import RELATIVE_DAY
from plummer.schemas.fhir import Element, child, primitive_types, resource_types


class Part(StrEnum):
    """Kinds of coded clinical content.

    CODE is ``system`` and ``code`` of a Coding; VALUE a number, a boolean, or value and comparator of a
    quantity; UNIT a quantity's ``unit`` and ``code``; STATUS any other element of datatype code (status,
    intent and so on); TIME a date, dateTime or instant that is placed on the subject's axis.
    """

    CODE = "code"
    VALUE = "value"
    UNIT = "unit"
    STATUS = "status"
    TIME = "time"


_CLINICAL_WORDS: Final = (
    "AdverseEvent AllergyIntolerance Appointment BodyStructure CarePlan CareTeam ClinicalImpression "
    "Composition Condition DetectedIssue Device DeviceRequest DeviceUseStatement DiagnosticReport "
    "DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Goal ImagingStudy Immunization "
    "ImmunizationEvaluation ImmunizationRecommendation List Media Medication MedicationAdministration "
    "MedicationDispense MedicationRequest MedicationStatement MolecularSequence NutritionOrder "
    "Observation Procedure QuestionnaireResponse RequestGroup ResearchSubject RiskAssessment "
    "ServiceRequest Specimen Substance SupplyDelivery SupplyRequest VisionPrescription"
)
CLINICAL: Final = frozenset(_CLINICAL_WORDS.split())
"""Types whose codes, values, units and statuses are clinical: no persons, places, bills or bookkeeping."""

_OTHERS_WORDS: Final = (
    "Meta Narrative Extension Identifier HumanName Address ContactPoint Annotation Attachment Reference "
    "Signature Money ContactDetail Contributor RelatedArtifact UsageContext DataRequirement Expression"
)
_OTHERS: Final = frozenset(_OTHERS_WORDS.split())
"""Datatypes that hold no clinical content: identifiers, names, texts, links, prices."""

_DATES: Final = frozenset({"date", "dateTime", "instant"})
_NUMBERS: Final = frozenset({"boolean", "decimal", "integer", "positiveInt", "unsignedInt"})
_QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration"})
_OF_QUANTITY: Final = {"value": Part.VALUE, "comparator": Part.VALUE, "unit": Part.UNIT, "code": Part.UNIT}
_OF_CODING: Final = {"system": Part.CODE, "code": Part.CODE}
_NOT_COUNTED: Final = frozenset({"language", "implicitRules"})

Stamp = tuple[str | None, int | None]
"""A date as text, and the relative day that stands in its place."""
NO_STAMP: Final[Stamp] = (None, None)


@dataclass(frozen=True, slots=True)
class Time:
    """A date of a resource, or both ends of a Period.

    Attributes:
        path: JSON's, without positions in lists.
        clinical: whether it counts as clinical content.
        start: the date, or the Period's start.
        end: the Period's end.
        is_stay: whether it is a Period.
    """

    path: str
    clinical: bool
    start: Stamp
    end: Stamp = NO_STAMP
    is_stay: bool = False


@dataclass(slots=True)
class Content:
    """What a resource holds, in document order.

    Attributes:
        parts: kind, path without positions and value of each coded element; only of clinical types.
        times: its dates.
    """

    parts: list[tuple[Part, str, str]] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Step:
    """What a JSON key means: something counted, a date (the key without ``_``), or the context below it."""

    part: Part | None = None
    below: str = ""
    date: str = ""


_NOTHING: Final = _Step()


def content_of(resource: Json) -> Content:
    """The coded content and the times of a parsed resource; what R4 doesn't know is passed over.

    Example:
        >>> flag = {"resourceType": "Flag", "status": "active", "period": {"start": "2019-05-01"}}
        >>> found = content_of(flag)
        >>> [(str(part), path, text) for part, path, text in found.parts]
        [('status', 'status', 'active')]
        >>> [(time.path, time.start) for time in found.times]
        [('period', ('2019-05-01', None))]
    """
    found = Content()
    kind = resource.get("resourceType")
    if isinstance(kind, str) and kind in resource_types():
        _walk(resource, kind, "", kind in CLINICAL, found)
    return found


def _walk(value: Json, context: str, path: str, clinical: bool, found: Content) -> None:
    steps = _steps(context)
    for key, item in value.items():
        step = steps[key]
        if step is _NOTHING:
            continue
        if step.date:
            if key == step.date or step.date not in value:
                _dates(value, step.date, path, clinical, found)
        elif step.part is not None:
            if clinical:
                _part(step.part, f"{path}{key}", item, found)
        else:
            for each in item if item.__class__ is list else (item,):
                if each.__class__ is dict:
                    _below(each, step.below, f"{path}{key}", clinical, found)


def _below(value: Json, context: str, path: str, clinical: bool, found: Content) -> None:
    if context == "Period":
        found.times.append(Time(path, clinical, _stamp(value, "start"), _stamp(value, "end"), is_stay=True))
    elif context == "Resource":
        kind = value.get("resourceType")
        if isinstance(kind, str) and kind in resource_types():
            _walk(value, kind, f"{path}.", clinical and kind in CLINICAL, found)
    else:
        _walk(value, context, f"{path}.", clinical, found)


def _part(part: Part, path: str, item: Value, found: Content) -> None:
    for each in item if item.__class__ is list else (item,):
        if each.__class__ is str or each.__class__ is bool:
            found.parts.append((part, path, str(each)))
        elif is_number(each):
            found.parts.append((part, path, number_text(each)))


def _dates(parent: Json, key: str, path: str, clinical: bool, found: Content) -> None:
    value, twin = parent.get(key), parent.get(f"_{key}")
    if isinstance(value, list) or isinstance(twin, list):
        pairs = zip_longest(value if isinstance(value, list) else (), twin if isinstance(twin, list) else ())
    else:
        pairs = zip_longest((value,), (twin,))
    found.times.extend(Time(f"{path}{key}", clinical, _read(text, element)) for text, element in pairs)


def _stamp(parent: Json, key: str) -> Stamp:
    return _read(parent.get(key), parent.get(f"_{key}"))


def _read(text: Value, element: Value) -> Stamp:
    day = next(_days(element), None)
    return (text if isinstance(text, str) else None), day


def _days(element: Value) -> Iterator[int]:
    extensions = element.get("extension") if isinstance(element, dict) else None
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") == RELATIVE_DAY:
            day = extension.get("valueInteger")
            if isinstance(day, int) and not isinstance(day, bool):
                yield day


class _Steps(dict[str, _Step]):
    """What the keys of one context mean; each is worked out when it is first met."""

    def __init__(self, context: str) -> None:
        super().__init__()
        self._context = context

    def __missing__(self, key: str) -> _Step:
        element = child(self._context, key.removeprefix("_"))
        step = _NOTHING if element is None else _work_out(self._context, key, element)
        if element is not None:  # unknown keys are endless, so they aren't remembered
            self[key] = step
        return step


@cache
def _steps(context: str) -> _Steps:
    return _Steps(context)


def _work_out(context: str, key: str, element: Element) -> _Step:
    kind, name = element.types[0], key.removeprefix("_")
    if kind in _DATES:
        return _Step(date=name)
    if name != key or kind in _OTHERS or name in _NOT_COUNTED:
        return _NOTHING
    if kind in primitive_types():
        part = _part_of(context, name, element)
        return _NOTHING if part is None else _Step(part=part)
    return _Step(below=element.context)


def _part_of(context: str, name: str, element: Element) -> Part | None:
    if context == "Coding":
        return _OF_CODING.get(name)
    if context in _QUANTITIES:
        return _OF_QUANTITY.get(name)
    kind = element.types[0]
    return Part.STATUS if kind == "code" else Part.VALUE if kind in _NUMBERS else None
