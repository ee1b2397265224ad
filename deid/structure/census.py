"""Which paths a record has, and which rule decides each: the policy's coverage, counted without scrubbing.

Decisions are made as the walker makes them (deid.policy.resolve, deid.structure.conditions).
What a rule removes or treats as a whole is counted once and not looked into.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from plummer.deid.policy import Action, Policy, Rule, alternatives
from plummer.deid.policy.model import LOOKS_INSIDE
from plummer.deid.policy.reach import written_by_parent
from plummer.deid.policy.resolve import next_place
from plummer.deid.policy.trace import ENGINE_ID
from plummer.deid.structure.codes import CodeRules
from plummer.deid.structure.conditions import choose
from plummer.deid.structure.json import Value, decode
from plummer.deid.structure.state import Json
from plummer.schemas.errors import PlummerError
from plummer.schemas.fhir import Element, primitive_types, resource_types

_QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration"})
_DEEPEST: Final = 24
PATH: Final = "path"
UNKNOWN: Final = "unknown"
EXTENSION: Final = "extension"
SYSTEM: Final = "code_system"
RECORD: Final = "record"
NAMES_FROM_DATA: Final = frozenset({UNKNOWN, EXTENSION, SYSTEM})
"""Kinds whose path holds a name that came with the data, and may be an identifier."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One line of a coverage.

    Attributes:
        kind: ``path`` (R4 has it), ``unknown`` (R4 has not), ``extension`` (by URL), ``code_system``,
            ``record`` (a record that can't be walked; ``path`` is its type).
        path: from the resource type, as JSON writes it, without positions.
        rule: the rule that decides.
        action: what it does.
        site: whose own rule it is; empty for the policy's.
    """

    kind: str
    path: str
    rule: str
    action: str
    site: str = ""


class Census:
    """Counts the paths of records under one policy, or under that of one of its sites.

    Args:
        policy: the policy.
        site: whose records these are; only lines that the site's own rules decide bear its name.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> census = Census(load_policy("safe_harbor"))
        >>> body = '{"resourceType": "Patient", "name": [{"family": "A"}, {"family": "B"}], "nick": 1}'
        >>> for seen, count in sorted(census.count(body).items()):
        ...     print(seen.kind, seen.path, seen.rule, count)
        path Patient.name type.HumanName.drop 2
        unknown Patient.nick default.unknown_element.drop 1
    """

    def __init__(self, policy: Policy, site: str = "") -> None:
        self._policy = policy.of_site(site)
        self._codes = CodeRules(self._policy)
        self._own = {rule.id: site for rule in {*self._policy.rules} - {*policy.rules}}
        self._known: dict[tuple[str, str, str], tuple[tuple[Rule, ...], Element | None]] = {}

    def count(self, body: str | bytes) -> Counter[Seen]:
        """How often each line stands in one record."""
        found: Counter[Seen] = Counter()
        try:
            value = decode(body)
            kind = value.get("resourceType") if isinstance(value, dict) else None
            if not isinstance(kind, str) or kind not in resource_types():
                found[Seen(RECORD, "?", "resource_type_unknown", str(Action.DROP))] += 1
            else:
                _Record(self, found, kind).object(value, kind, "", kind, None, 0)
        except PlummerError as error:
            found[Seen(RECORD, "?", error.code, str(Action.DROP))] += 1
        except RecursionError:
            found[Seen(RECORD, "?", "json_too_deep", str(Action.DROP))] += 1
        return found

    def rules(self, context: str, place: str, name: str) -> tuple[tuple[Rule, ...], Element | None]:
        """The alternatives of a key, looked up once; unknown keys are endless, so they aren't kept."""
        key = (context, place, name)
        if key in self._known:
            return self._known[key]
        found = alternatives(self._policy, context, name, place)
        if found[1] is not None:
            self._known[key] = found
        return found

    def system_rule(self, coding: Json) -> str:
        """The rule for a Coding's system and code."""
        return self._codes.judge(coding.get("system"), coding.get("code")).rule

    def site_of(self, rule: str) -> str:
        """The site whose own rule it is, "" where it is the policy's."""
        return self._own.get(rule, "")

    @property
    def policy(self) -> Policy:
        """The policy that decides."""
        return self._policy


class _Record:
    """One record on its way through."""

    def __init__(self, census: Census, found: Counter[Seen], root: str) -> None:
        self._census = census
        self._found = found
        self._root = root

    def _see(self, kind: str, path: str, rule: str, action: Action | str) -> None:
        self._found[Seen(kind, path, rule, str(action), self._census.site_of(rule))] += 1

    def object(  # noqa: PLR0913, PLR0917 (where it stands)
        self, value: Json, context: str, place: str, path: str, parent: Rule | None, depth: int
    ) -> None:
        """Count an object's keys."""
        for key, item in value.items():
            if key == "resourceType" and context in resource_types():
                continue
            name = key.removeprefix("_")
            rules, element = self._census.rules(context, place, name)
            if element is None or (key != name and element.types[0] not in primitive_types()):
                self._see(UNKNOWN, f"{path}.{key}", "default.unknown_element.drop", Action.DROP)
            elif key != name:
                self._beside(item, f"{path}.{key}", rules, depth)
            elif rules[-1].action is Action.EXTENSION:
                self._extensions(item, f"{path}.{key}", None, depth)
            else:
                below = next_place(self._census.policy, context, name, place)
                for one in item if isinstance(item, list) else [item]:
                    rule = self._decides(context, name, rules, one, value, parent)
                    self._element(one, f"{path}.{key}", rule, element, below, depth)

    @staticmethod
    def _decides(  # noqa: PLR0913, PLR0917 (what a decision depends on)
        context: str, name: str, rules: tuple[Rule, ...], value: Value, around: Json, parent: Rule | None
    ) -> Rule:
        if name == "id":
            return ENGINE_ID if context in resource_types() else rules[0]
        unit = context in _QUANTITIES and name in {"unit", "system", "code"} and rules[-1].scope != "path"
        if parent is not None and (unit or written_by_parent(parent, context, name)):
            return parent
        return choose(rules, value, around) if len(rules) > 1 else rules[0]

    def _element(  # noqa: PLR0913, PLR0917 (where it stands)
        self, value: Value, path: str, rule: Rule, element: Element, below: str, depth: int
    ) -> None:
        if value is None:
            return
        self._see(PATH, path, rule.id, rule.action)
        if not isinstance(value, dict):
            return
        if rule.action is Action.CODING:
            self._system(value, path)
        elif rule.action in LOOKS_INSIDE and depth < _DEEPEST:
            if element.types[0] == "Resource":
                self._inner(value, path, depth)
            else:
                again = element.same_as
                way = f"{self._root}{again[again.index('.') :]}" if again else path
                self.object(value, element.context, below, way, rule, depth + 1)

    def _inner(self, value: Json, path: str, depth: int) -> None:
        kind = value.get("resourceType")
        if not isinstance(kind, str) or kind not in resource_types():
            self._see(UNKNOWN, path, "default.inner_resource.drop", Action.DROP)
            return
        way = f"{path}({kind})"
        inner = _Record(self._census, self._found, way)
        inner.object(value, kind, "", way, None, depth + 1)

    def _system(self, coding: Json, path: str) -> None:
        system = coding.get("system")
        rule = self._census.system_rule(coding)
        self._see(SYSTEM, system if isinstance(system, str) else "", rule, rule.rpartition(".")[2])

    def _beside(self, item: Value, path: str, rules: tuple[Rule, ...], depth: int) -> None:
        """What stands beside a primitive: extensions, where no rule drops the value."""
        dropped = next((rule for rule in rules if rule.action is Action.DROP), None)
        if dropped is not None:
            self._see(PATH, path, dropped.id, dropped.action)
            return
        for one in item if isinstance(item, list) else [item]:
            if isinstance(one, dict):
                self._extensions(one.get("extension"), f"{path}.extension", None, depth)

    def _extensions(self, item: Value, path: str, names: frozenset[str] | None, depth: int) -> None:
        for extension in item if isinstance(item, list) else ():
            url = extension.get("url") if isinstance(extension, dict) else None
            inner = self._inner_names(url, names)
            way = f"{path}({url if isinstance(url, str) else ''})"
            if inner is None or depth >= _DEEPEST:
                self._see(EXTENSION, way, "extension.not_listed.drop", Action.DROP)
                continue
            self._see(PATH, way, "extension.listed.keep", Action.KEEP)
            self._extensions(extension.get("extension"), f"{way}.extension", inner, depth + 1)
            rest = {
                key: part for key, part in extension.items() if key not in {"url", "_url", "id", "extension"}
            }
            self.object(rest, "Extension", "", way, None, depth + 1)

    def _inner_names(self, url: Value, names: frozenset[str] | None) -> frozenset[str] | None:
        if not isinstance(url, str):
            return None
        if names is None:
            return self._census.policy.extensions.get(url)
        return frozenset() if url in names else None
