"""The forms of a rule of the mapping, once its YAML is read by `plummer.pipelines.landing.hl7v2.grammar`."""

from collections.abc import Mapping
from dataclasses import dataclass

from plummer.pipelines.landing.hl7v2.tree import Nesting


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value stands.

    Attributes:
        segment: a segment other than the one in hand, or "".
        places: field, component, subcomponent; within a repetition component and subcomponent only.
        only: component and values by which repetitions are chosen, None for all.
        pseudo: ``event`` or ``message``, else "".
    """

    segment: str = ""
    places: tuple[int, ...] = ()
    only: tuple[int, frozenset[str]] | None = None
    pseudo: str = ""


@dataclass(frozen=True, slots=True)
class Const:
    """The same value everywhere."""

    value: object


@dataclass(frozen=True, slots=True)
class Take:
    """The first of some paths that holds something, or every repetition of each.

    Attributes:
        paths: in order.
        each: whether all repetitions are meant, as a list.
        to: name of a datatype, a table or a conversion.
    """

    paths: tuple[Path, ...]
    each: bool
    to: str


@dataclass(frozen=True, slots=True)
class Context:
    """A reference to the resource of a kind that the place belongs to.

    Attributes:
        kind: its type.
        below: all that are made below the place are meant.
        above: what the place itself makes isn't meant.
    """

    kind: str
    below: bool = False
    above: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """What several rules make, one after the other."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class First:
    """What the first rule makes that makes anything."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Texts put together; as base64 where it is for an Attachment."""

    rules: tuple["Rule", ...]
    by: str
    base64: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold.

    Attributes:
        operator: ``in``, ``present``, ``number``, ``many``, ``repeats``, ``under``, ``parent`` or ``child``.
        paths: of what, none for the last three.
        values: texts or names of segments.
        negated: whether it must not hold.
    """

    operator: str
    paths: tuple[Path, ...]
    values: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of ``when``, at least one of ``any_of`` where there are some, not all of ``unless``."""

    when: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that applies under conditions."""

    conditions: Conditions
    rule: "Rule"


@dataclass(frozen=True, slots=True)
class Obj:
    """An object; nothing where some of its parts come from the message and none of them is there.

    Attributes:
        parts: element names and their rules.
        told: names of the parts that come from the message.
        conditions: when it is made.
        each: one object for every repetition of it, None for one.
        of: one object for every segment of that name below the place, "" for one.
        everywhere: the same, anywhere in the message.
        need: parts without which it isn't made.
    """

    parts: tuple[tuple[str, "Rule"], ...]
    told: frozenset[str]
    conditions: Conditions
    each: Path | None = None
    of: str = ""
    everywhere: str = ""
    need: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Make:
    """A resource made of a datatype (a practitioner, an organization, a place), and the reference to it.

    Attributes:
        kind: its type.
        keys: as of `Spec`.
        body: its elements.
        otherwise: the reference where there is no key.
    """

    kind: str
    keys: tuple[tuple["Take | Context", ...], ...]
    body: "Rule"
    otherwise: "Rule"


Rule = Const | Take | Context | Many | First | Join | Guard | Obj | Make


@dataclass(frozen=True, slots=True)
class Spec:
    """A resource that a segment makes.

    Attributes:
        kind: its type.
        shared: whether several segments of a message may mean the same one; the first makes it.
        required: whether a message without a key for it is refused.
        conditions: when it is made.
        deletes: when it is deleted instead.
        keys: alternatives of what its id is made of; the first of which every part is there is taken.
        body: its elements.
        pair: whether it is of two, in whichever order a message names them, and isn't made of one alone.
    """

    kind: str
    shared: bool
    required: bool
    conditions: Conditions
    deletes: tuple[Condition, ...]
    keys: tuple[tuple[Take | Context, ...], ...]
    body: Obj
    pair: bool = False


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """All that is said of one segment.

    Attributes:
        nesting: where it stands.
        ignored: fields that say nothing of their own (set ids and the like), not counted.
        specs: the resources that it makes.
        also: rules evaluated for the resources that they make.
    """

    nesting: Nesting
    ignored: frozenset[int]
    specs: tuple[Spec, ...]
    also: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole mapping.

    Attributes:
        segments: by name.
        types: datatypes by name.
        nestings: where segments stand, by message; "" for all others.
        ranks: kinds of messages that have the last word, and on which resources.
    """

    segments: Mapping[str, SegmentRules]
    types: Mapping[str, Rule]
    nestings: Mapping[str, Mapping[str, Nesting]]
    ranks: Mapping[str, frozenset[str]]
