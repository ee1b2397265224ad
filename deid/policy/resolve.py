"""Which rule decides an element; the scrubber and `explain` both ask here, so they can't disagree."""

from functools import lru_cache
from typing import Final

from plummer.deid.policy.model import Action, Decision, Policy, Rule
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import Element, child, elements, types

UNKNOWN: Final = Rule("default", "unknown_element", Action.DROP)
UNNAMED: Final = Rule("default", "unnamed", Action.DROP)
ELEMENT_ID: Final = Rule("default", "element_id", Action.DROP)


def decide(policy: Policy, context: str, name: str) -> tuple[Rule, Element | None]:
    """The rule for a JSON key in a context (see plummer.schemas.fhir.child), and the element it is.

    A rule for the path as JSON writes it (``Observation.valueString``) wins over one for the path as the
    specification writes it (``Observation.value[x]``), and that over one for the datatype. No rule = drop.
    """
    element = child(context, name)
    if element is None:
        return UNKNOWN, None
    if name == "id":
        return ELEMENT_ID, element
    rule = policy.by_path.get(f"{context}.{name}") or policy.by_path.get(element.path)
    return rule or policy.by_type.get(element.types[0], UNNAMED), element


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
    """Which rule decides an R4 path, and what it does; for ``value[x]`` that of its first type.

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
    walked = context
    for position, name in enumerate(names):
        step = _step(context, name)
        if step is None:
            raise PlummerError("policy_unknown_path", "R4 has no such path", ExitCode.USAGE)
        walked = f"{walked}.{name}"
        rule, _ = decide(policy, context, step[0])
        if rule.action is not Action.WALK or position == len(names) - 1:
            return Decision(rule.id, rule.action, walked)
        context = step[1].context
    raise AssertionError(path)  # the loop always returns: names isn't empty
