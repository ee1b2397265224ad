"""Which rule decides an element; the scrubber and `explain` both ask here, so they can't disagree."""

from functools import lru_cache
from typing import Final

from plummer.deid.policy.model import Action, Decision, Policy, Rule
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import Element, child, elements, types

UNKNOWN: Final = Rule("default", "unknown_element", Action.DROP)
UNNAMED: Final = Rule("default", "unnamed", Action.DROP)
ELEMENT_ID: Final = Rule("default", "element_id", Action.DROP)


def alternatives(
    policy: Policy, context: str, name: str, place: str = ""
) -> tuple[tuple[Rule, ...], Element | None]:
    """The rules that may decide a JSON key, in the order in which they are tried, and the element it is.

    Rules for the whole way to the element (``Patient.address.postalCode``) come first, then those for the
    path as JSON writes it (``Observation.valueString``), as the specification writes it
    (``Observation.value[x]``), and for the datatype. Among the rules of one target those with conditions are
    tried in the file's order, then the one without, which ends the list. No rule = drop.

    Args:
        policy: the policy.
        context: type or backbone path (see plummer.schemas.fhir.child).
        name: JSON key without underscore.
        place: the whole way to the context where a rule of the policy goes that way, else empty.
    """
    element = child(context, name)
    if element is None:
        return (UNKNOWN,), None
    if name == "id":
        return (ELEMENT_ID,), element
    targets = dict.fromkeys([f"{place}.{name}"] if place else [])
    targets |= dict.fromkeys([f"{context}.{name}", element.path])
    found: list[Rule] = []
    for target in targets:
        found += policy.conditional.get(("path", target), ())
        if rule := policy.by_path.get(target):
            return (*found, rule), element
    kind = element.types[0]
    found += policy.conditional.get(("type", kind), ())
    return (*found, policy.by_type.get(kind, UNNAMED)), element


def next_place(policy: Policy, context: str, name: str, place: str = "") -> str:
    """The way to a key's own parts, if a rule of the policy goes that way; else empty."""
    way = f"{place or context}.{name}"
    return way if way in policy.through else ""


def decide(policy: Policy, context: str, name: str) -> tuple[Rule, Element | None]:
    """The rule for a JSON key in a context where no condition holds; see `alternatives`."""
    rules, element = alternatives(policy, context, name)
    return rules[-1], element


@lru_cache(maxsize=4096)
def _step(context: str, name: str) -> tuple[str, Element] | None:
    found = child(context, name)
    if found is not None:
        return name, found
    choice = elements().get(f"{context}.{name}")
    if choice is None:
        return None
    first = f"{name[:-3]}{choice.types[0][0].upper()}{choice.types[0][1:]}"
    resolved = child(context, first)
    return None if resolved is None else (first, resolved)


def explain(policy: Policy, path: str) -> Decision:
    """Which rule decides an R4 path where no condition holds; for ``value[x]`` that of its first type.

    `plummer.deid.policy.trace.trace` tells the whole story: every type, every condition, and why.

    Raises:
        PlummerError: ``policy_unknown_path`` if R4 has no such path.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> policy = load_policy("safe_harbor")
        >>> explain(policy, "Patient.name.family")
        Decision(rule='type.HumanName.drop', action=<Action.DROP: 'drop'>, path='Patient.name')
        >>> explain(policy, "Patient.birthDate").rule
        'path.Patient.birthDate.birth'
    """
    context, *names = path.split(".")
    if context not in types() or not names:
        raise PlummerError("policy_unknown_path", "R4 has no such path", ExitCode.USAGE)
    walked, place = context, ""
    for position, name in enumerate(names):
        step = _step(context, name)
        if step is None:
            raise PlummerError("policy_unknown_path", "R4 has no such path", ExitCode.USAGE)
        walked = f"{walked}.{name}"
        rule = alternatives(policy, context, step[0], place)[0][-1]
        if rule.action is not Action.WALK or position == len(names) - 1:
            return Decision(rule.id, rule.action, walked)
        place = next_place(policy, context, step[0], place)
        context = step[1].context
    raise AssertionError(path)  # the loop always returns: names isn't empty
