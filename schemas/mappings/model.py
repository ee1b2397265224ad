"""What a mapping says, once read and checked: how resources of a type become events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from plummer.schemas.mappings.paths import Path
from plummer.schemas.mappings.units import Units

VALUE_KINDS: Final = (
    "quantity", "number", "money", "coded", "code", "string", "boolean", "range", "ratio",
)  # fmt: skip
"""How a value is read: the first three fill numeric_value, the others text_value."""

RULES: Final = ("birth",)
"""Events whose time follows a rule of law, not a path (45 CFR 164.514(b)(2)(i)(C))."""


@dataclass(frozen=True, slots=True)
class CodeSource:
    """Where a code is looked for.

    Attributes:
        path: path to a CodeableConcept, Coding or code.
        reference: path to a Reference whose target holds the code at `path`, else None.
        target: resource type of that target.
    """

    path: Path
    reference: Path | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class StatusRule:
    """What a status does to a resource.

    Attributes:
        path: path to a code or CodeableConcept.
        exclude: status code to the reason under which the resource is counted instead.
        prefix: status code to what stands before the event's code, so that what was not done or was
            refuted never reads as if it had happened.
    """

    path: Path
    exclude: Mapping[str, str]
    prefix: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One event that a resource becomes.

    Attributes:
        event_type: value of events.event_type.
        code: where the code is looked for, first hit wins.
        constant: the code itself, for events that have no code in the data (MEDS_DEATH).
        code_prefix: stands in place of the code system's prefix (GENDER).
        qualifier: stands before the whole code (FAMILY_HISTORY).
        default: code where none is found; without it the resource is counted under ``no_code``.
        every_code: one event per code found instead of the first only.
        for_each: path to the items that each become an event (component); code and value are read
            from the item, times and encounter from the resource.
        rule: one of `RULES`.
        static: the event has no time.
        needs_time: without a time there is no event.
        optional: where no code is found nothing is counted (a second event beside a main one).
        time: candidates in order; likewise `end_time`, `available_time`.
        value: (path, kind) in order; the first numeric and the first text one count.
        interpretation: path to CodeableConcepts that say what a value means (high, low).
        reference_range: path to the ranges that a value is held against; the first with numbers counts.
        members: paths to References of what a panel or report holds.
    """

    event_type: str
    code: tuple[CodeSource, ...] = ()
    constant: str | None = None
    code_prefix: str | None = None
    qualifier: str | None = None
    default: str | None = None
    every_code: bool = False
    for_each: Path | None = None
    rule: str | None = None
    static: bool = False
    needs_time: bool = False
    optional: bool = False
    time: tuple[Path, ...] = ()
    end_time: tuple[Path, ...] = ()
    available_time: tuple[Path, ...] = ()
    value: tuple[tuple[Path, str], ...] = ()
    interpretation: Path | None = None
    reference_range: Path | None = None
    members: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeMapping:
    """How resources of one type become events; `encounter_self` for Encounter itself.

    `times`: candidates of each date that tells when the patient's events were, each group once.
    `status_code`, `verification`: what fills the columns `status` and `verification` of its events.
    """

    resource_type: str
    events: tuple[EventSpec, ...]
    status: tuple[StatusRule, ...] = ()
    encounter: tuple[Path, ...] = ()
    encounter_self: bool = False
    status_code: tuple[Path, ...] = ()
    verification: tuple[Path, ...] = ()
    times: tuple[tuple[Path, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Gather `times`, since the index asks for them of every resource."""
        groups = (group for event in self.events for group in (event.time, event.end_time) if group)
        object.__setattr__(self, "times", tuple(dict.fromkeys(groups)))


@dataclass(frozen=True, slots=True, eq=False)
class CodeSystems:
    """Prefix of a code by its system; equal only to itself, so that it can key a cache.

    Attributes:
        standard: system to prefix of the terminologies that are preferred among several codings.
        other: system to prefix of the rest that have a name of their own.
        namespaces: URL beginnings below which the last segment is the prefix.
        hierarchies: prefix to the lengths of a code's parents (``E11.9`` is below ``E11``), dots not counted.
    """

    standard: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    hierarchies: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mappings:
    """Every mapping, by resource type, the code systems, and the units."""

    types: Mapping[str, TypeMapping]
    systems: CodeSystems
    units: Units = field(default_factory=Units)

    @property
    def references(self) -> Mapping[str, CodeSource]:
        """The types whose code may stand in another resource, and where.

        Example:
            >>> from plummer.schemas.mappings import load_mappings
            >>> load_mappings().references["MedicationRequest"].target
            'Medication'
        """
        return {
            name: source
            for name, mapping in self.types.items()
            for event in mapping.events
            for source in event.code
            if source.reference is not None
        }
