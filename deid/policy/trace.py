"""What happens to one path, and why: types of a choice, conditions, extensions, contained resources."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from plummer.deid.policy.model import ABOUT, LOOKS_INSIDE, Action, Policy, Rule
from plummer.deid.policy.parameters import Generalise, Perturb, Substitute
from plummer.deid.policy.paths import json_names
from plummer.deid.policy.reach import reached, written_by_engine, written_by_parent
from plummer.deid.policy.resolve import UNNAMED, alternatives, next_place
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import Element, elements, primitive_types, resource_types, types

_STEP: Final = re.compile(r"(_?[A-Za-z][A-Za-z0-9]*(?:\[x\])?)(?:\(['\"]?(.*?)['\"]?\))?")
_QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration"})
ENGINE_ID: Final = Rule("default", "engine_id", Action.REFERENCE)
LISTED: Final = Rule("extension", "listed", Action.WALK)
NOT_LISTED: Final = Rule("extension", "not_listed", Action.DROP)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can happen to a path.

    Attributes:
        when: the conditions that lead here, each with the path it is about; none = in every other case.
        path: the path at which the rule decides, as JSON writes it.
        rule: the rule.
        why: ``path``, ``datatype``, ``extension list``, ``engine`` or ``default deny``.
        about: one sentence for a reader.
    """

    when: tuple[tuple[str, str], ...]
    path: str
    rule: Rule
    why: str
    about: str

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "when": [{"path": path, "condition": condition} for path, condition in self.when],
            "path": self.path,
            "rule": self.rule.id,
            "action": str(self.rule.action),
            "why": self.why,
            "origin": self.rule.origin or None,
            "line": self.rule.line or None,
            "about": self.about,
        }


def parse_path(path: str) -> list[tuple[str, str]] | None:
    """The steps of a path, each a name and what stands in brackets; None where it isn't one.

    Example:
        >>> parse_path("Patient.extension('http://a.org/b.c').valueString")
        [('Patient', ''), ('extension', 'http://a.org/b.c'), ('valueString', '')]
    """
    parts = re.split(r"\.(?![^(]*\))", path)
    found = [_STEP.fullmatch(part) for part in parts]
    steps = [(match[1], match[2] or "") for match in found if match is not None]
    return _joined(steps) if len(steps) == len(parts) else None


def _joined(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``contained.Practitioner`` as ``contained(Practitioner)``."""
    found: list[tuple[str, str]] = []
    for name, inside in steps:
        if found and name in resource_types() and not inside and not found[-1][1]:
            found[-1] = (found[-1][0], name)
        else:
            found.append((name, inside))
    return found


def trace(policy: Policy, path: str) -> tuple[Outcome, ...]:
    """Everything that can happen to a path, in the order in which it is tried.

    Args:
        policy: the policy.
        path: a datatype, or an R4 path; a datatype's part (``HumanName.family``) has a rule of its own only
            where some rule lets the scrubber look inside. ``value[x]`` asks for every type;
            ``extension(URL)`` for one extension; ``contained(Practitioner).name`` for a contained
            resource; ``_birthDate`` for what stands beside a primitive.

    Raises:
        PlummerError: ``policy_unknown_path`` if R4 has no such path.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> [outcome] = trace(load_policy("safe_harbor"), "Patient.name.family")
        >>> outcome.rule.id, outcome.path, outcome.why, outcome.rule.origin
        ('type.HumanName.drop', 'Patient.name', 'datatype', 'safe_harbor')
    """
    steps = parse_path(path)
    if steps is None or steps[0][0] not in types() or steps[0][1]:
        raise _unknown()
    start = steps[0][0]
    if len(steps) == 1:
        return tuple(_of_type(policy, start))
    if start not in resource_types() and (start, "") not in reached(policy)[0]:
        found = tuple(_Walk(policy).follow(start, "", start, steps[1:], ()))
        return tuple(_of_type(policy, start)) if found else _none()
    found = tuple(_Walk(policy).follow(start, "", start, steps[1:], ()))
    if not found:
        raise _unknown()
    return found


def _none() -> NoReturn:
    raise _unknown()


def _unknown() -> PlummerError:
    return PlummerError("policy_unknown_path", "R4 has no such path", ExitCode.USAGE)


def _of_type(policy: Policy, kind: str) -> Iterator[Outcome]:
    for tried in policy.conditional.get(("type", kind), ()):
        yield _outcome(policy, tried, kind, tuple((kind, str(c)) for c in tried.when))
    rule = policy.by_type.get("Resource" if kind in resource_types() else kind)
    yield _outcome(policy, rule or UNNAMED, kind, ())


def _outcome(policy: Policy, rule: Rule, path: str, when: tuple[tuple[str, str], ...]) -> Outcome:
    why = {"path": "path", "type": "datatype", "extension": "extension list"}.get(rule.scope, "default deny")
    if rule is ENGINE_ID:
        why = "engine"
    return Outcome(when, path, rule, why, describe(policy, rule))


def describe(policy: Policy, rule: Rule) -> str:
    """What a rule does, with its parameters, and the time mode or what stands for identifiers in text.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> describe(load_policy("safe_harbor"), Rule("type", "date", Action.DATE))
        'treated as the time mode says: relative'
    """
    text = ABOUT[rule.action]
    told = rule.parameters
    dated = rule.action in {Action.DATE, Action.BIRTH}
    if dated or rule.action in {Action.CLEAN, Action.ATTACHMENT}:
        return f"{text}: {policy.time_mode if dated else policy.text}"
    if rule is ENGINE_ID:
        return "the scrubber writes a pseudonym"
    if isinstance(told, Perturb):
        return f"{text}: {told.of} span {told.span}"
    if isinstance(told, Substitute):
        return text
    if isinstance(told, Generalise):
        way = f"to the {told.to}" if told.to else f"width {told.width}" if told.width else ""
        way = way or (f"bounds {', '.join(told.bounds)}" if told.bounds else f"{len(told.cases)} cases")
        return f"{text}: {way}"
    return text


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows a path through a policy, branching where rules have conditions."""

    policy: Policy

    def follow(
        self,
        context: str,
        place: str,
        walked: str,
        steps: list[tuple[str, str]],
        when: tuple[tuple[str, str], ...],
    ) -> Iterator[Outcome]:
        name, inside = steps[0]
        beside, name = name.startswith("_"), name.removeprefix("_")
        for key in self._keys(context, name):
            yield from self._key(context, place, walked, key, inside, beside, steps[1:], when)

    @staticmethod
    def _keys(context: str, name: str) -> tuple[str, ...]:
        choice = elements().get(f"{context}.{name}")
        return json_names(name, choice.types) if choice is not None else (name,)

    def _key(  # noqa: PLR0913, PLR0917 (one step of a path)
        self,
        context: str,
        place: str,
        walked: str,
        key: str,
        inside: str,
        beside: bool,
        rest: list[tuple[str, str]],
        when: tuple[tuple[str, str], ...],
    ) -> Iterator[Outcome]:
        rules, element = alternatives(self.policy, context, key, place)
        if element is None or (beside and element.types[0] not in primitive_types()):
            return
        path = f"{walked}.{'_' if beside else ''}{key}{f'({inside})' if inside else ''}"
        if written_by_engine(context, key) and context in resource_types() and key == "id":
            yield _outcome(self.policy, ENGINE_ID, path, when)
            return
        if beside:
            yield from self._twin(path, rules, rest, when)
        elif rules[-1].action is Action.EXTENSION:
            yield from self._extension(path, rules[-1], inside, rest, when, None)
        else:
            below = next_place(self.policy, context, key, place)
            for rule in rules:
                told = (*when, *((path, str(condition)) for condition in rule.when))
                yield from self._rule(path, rule, element, inside, below, rest, told)

    def _rule(  # noqa: PLR0913, PLR0917 (one rule at one step of a path)
        self,
        path: str,
        rule: Rule,
        element: Element,
        inside: str,
        below: str,
        rest: list[tuple[str, str]],
        when: tuple[tuple[str, str], ...],
    ) -> Iterator[Outcome]:
        kind = element.types[0]
        if not rest or rule.action not in LOOKS_INSIDE or kind in primitive_types():
            if rest and not self._exists(element, inside, rest):
                return
            yield _outcome(self.policy, rule, path, when)
        elif kind == "Resource":
            if inside in resource_types():
                yield from self.follow(inside, "", path, rest, when)
        elif self._by_parent(rule, kind, rest):
            yield _outcome(self.policy, rule, path, when)
        else:
            yield from self.follow(element.context, below, path, rest, when)

    def _by_parent(self, rule: Rule, kind: str, rest: list[tuple[str, str]]) -> bool:
        """Whether the object's own act writes a part: an attachment's bytes, a quantity's unit."""
        name = rest[0][0]
        if written_by_parent(rule, kind, name):
            return True
        if kind in _QUANTITIES and name in {"unit", "system", "code"} and len(rest) == 1:
            return alternatives(self.policy, kind, name)[0][-1].scope != "path"
        return False

    def _exists(self, element: Element, inside: str, rest: list[tuple[str, str]]) -> bool:
        """Whether R4 has the rest of a path below an element at which it was already decided."""
        from plummer.schemas.fhir import child

        context = inside if element.types[0] == "Resource" and inside else element.context
        for name, _ in rest:
            keys = self._keys(context, name.removeprefix("_"))
            found = child(context, keys[0])
            if found is None:
                return False
            context = found.context
        return True

    def _twin(
        self,
        path: str,
        rules: tuple[Rule, ...],
        rest: list[tuple[str, str]],
        when: tuple[tuple[str, str], ...],
    ) -> Iterator[Outcome]:
        """What stands beside a primitive: only extensions ever stay."""
        dropped = next((rule for rule in rules if rule.action is Action.DROP), None)
        if dropped is not None:
            yield _outcome(self.policy, dropped, path, when)
            return
        name, url = rest[0] if rest else ("extension", "")
        if name == "extension":
            rule = alternatives(self.policy, "Element", "extension")[0][-1]
            yield from self._extension(
                f"{path}.extension({url})" if url else path, rule, url, rest[1:], when, None
            )

    def _extension(  # noqa: PLR0913, PLR0917 (one step of a path)
        self,
        path: str,
        rule: Rule,
        url: str,
        rest: list[tuple[str, str]],
        when: tuple[tuple[str, str], ...],
        names: frozenset[str] | None,
    ) -> Iterator[Outcome]:
        if not url:
            yield _outcome(self.policy, rule, path, when)
            return
        inner = self._inner(url, names)
        if inner is None or not rest:
            yield _outcome(self.policy, NOT_LISTED if inner is None else LISTED, path, when)
        elif rest[0][0] == "extension":
            below = f"{path}.extension({rest[0][1]})"
            yield from self._extension(below, rule, rest[0][1], rest[1:], when, inner)
        else:
            yield from self.follow("Extension", "", path, rest, when)

    def _inner(self, url: str, names: frozenset[str] | None) -> frozenset[str] | None:
        if names is None:
            return self.policy.extensions.get(url)
        return frozenset() if url in names else None
