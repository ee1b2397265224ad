"""Which rules can ever decide anything: a line that no element reaches misleads whoever signs it."""

from collections.abc import Iterator

from plummer.deid.policy.conditions import all_cover
from plummer.deid.policy.model import LOOKS_INSIDE, Action, Policy, Rule
from plummer.deid.policy.paths import names_below
from plummer.deid.policy.resolve import alternatives, next_place
from plummer.deid.policy.rules import Finding, refuse
from plummer.schemas.fhir import Element, primitive_types, resource_types

Spot = tuple[str, str]
"""A context, and the way to it where the policy has a rule that goes that way."""
PSEUDONYM_KEEPS = frozenset({"use", "type", "period"})
"""Parts of an Identifier that stay beside a pseudonym, by their own rules."""
_BYTES = frozenset({"data", "contentType", "size"})


def written_by_engine(context: str, name: str) -> bool:
    """Whether the scrubber writes a key itself, whatever a rule says: ids, and an attachment's bytes."""
    if name == "id":
        return True
    return (context == "Attachment" and name in _BYTES) or (context == "Binary" and name in _BYTES - {"data"})


def written_by_parent(parent: Rule, kind: str, name: str) -> bool:
    """Whether the rule of an object also answers for one of its parts: bytes, units, what a value became.

    Args:
        parent: the rule of the object.
        kind: the object's datatype.
        name: the part.
    """
    if parent.action is Action.PSEUDONYMISE:
        return name not in PSEUDONYM_KEEPS
    if parent.action is Action.PERTURB and name == "value":
        return True
    return kind == "Attachment" and name in _BYTES


def reached(policy: Policy) -> tuple[frozenset[Spot], frozenset[Rule]]:
    """The contexts that the scrubber can look into, and the rules that can decide something there."""
    spots: set[Spot] = set()
    used: set[Rule] = set()
    todo: list[Spot] = [(kind, "") for kind in resource_types()]
    while todo:
        spot = todo.pop()
        if spot in spots:
            continue
        spots.add(spot)
        for name in names_below().get(spot[0], ()):
            rules, element = alternatives(policy, spot[0], name, spot[1])
            if not written_by_engine(spot[0], name):
                used.update(rules)
            if element is not None and (below := _inside(policy, spot, name, rules, element)):
                todo.append(below)
    return frozenset(spots), frozenset(used)


def _inside(policy: Policy, spot: Spot, name: str, rules: tuple[Rule, ...], element: Element) -> Spot | None:
    kind = element.types[0]
    if any(rule.action is Action.EXTENSION for rule in rules):
        return "Extension", ""
    if kind in primitive_types() or kind == "Resource":
        return None
    if not any(rule.action in LOOKS_INSIDE for rule in rules):
        return None
    return element.context, next_place(policy, spot[0], name, spot[1])


def unreachable(policy: Policy, origin: str) -> Iterator[Finding]:
    """Rules of one file that never decide anything, and code systems that another line answers for.

    Types that the file drops are a list of datatypes, and aren't called unreachable: nothing remains of them
    either way.
    """
    _, used = reached(policy)
    for rule in policy.rules:
        idle = rule.scope == "type" and rule.action is Action.DROP and not rule.when
        if rule.origin != origin or idle:
            continue
        earlier = _covered(policy, rule)
        if earlier is not None:
            message = f"the condition on line {earlier.line} already takes all of these"
            yield refuse("unreachable", message, rule.key, rule.line)
        elif rule not in used:
            message = "no element reaches this rule: one above it goes, or a more exact rule decides"
            yield refuse("unreachable", message, rule.key, rule.line)


def _covered(policy: Policy, rule: Rule) -> Rule | None:
    for earlier in policy.conditional.get((rule.scope, rule.target), ()):
        if earlier is rule:
            return None
        if rule.when and all_cover(earlier.when, rule.when):
            return earlier
    return None
