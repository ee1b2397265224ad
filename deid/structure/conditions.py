"""Which of a target's rules decides one element: the first whose conditions hold of what was received."""

from collections.abc import Iterator, Sequence

from plummer.deid.policy import Rule
from plummer.deid.policy.conditions import Condition
from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.state import Act, Json, State


def _values(found: Value, names: Sequence[str]) -> Iterator[str]:
    """The texts at the end of a way of names; lists are looked through."""
    if isinstance(found, list):
        for item in found:
            yield from _values(item, names)
    elif names:
        if isinstance(found, dict):
            yield from _values(found.get(names[0]), names[1:])
    elif isinstance(found, str):
        yield found
    elif isinstance(found, bool):
        yield "true" if found else "false"
    elif is_number(found):
        yield number_text(found)


def holds(condition: Condition, value: Value, around: Json) -> bool:
    """Whether a condition holds of an element; where a field repeats, one of its values is enough.

    Example:
        >>> from plummer.deid.policy.conditions import parse_condition
        >>> holds(parse_condition("system=http://a.org"), {"system": "http://a.org"}, {})
        True
        >>> holds(parse_condition("../use=home"), "555", {"use": "work"})
        False
    """
    start = around if condition.beside else value
    return any(map(condition.admits, _values(start, condition.field.split("."))))


def choose(rules: Sequence[Rule], value: Value, around: Json) -> Rule:
    """The rule that decides; the last has no condition."""
    for rule in rules[:-1]:
        if all(holds(condition, value, around) for condition in rule.when):
            return rule
    return rules[-1]


def choosing(options: Sequence[tuple[Rule, Act]]) -> Act:
    """One act of several rules; what the last rule was counted for goes to the rule that decided."""
    last, rest = options[-1]
    if len(options) == 1:
        return rest
    rules = [rule for rule, _ in options]
    acts = {rule.id: act for rule, act in options}

    def act(value: Value, state: State, around: Json) -> Value:
        rule = choose(rules, value, around)
        if rule is not last:
            state.counts[last.id] -= 1
            state.counts[rule.id] += 1
        return acts[rule.id](value, state, around)

    return act
