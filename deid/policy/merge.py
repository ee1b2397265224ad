"""Rules of a policy over those of another, and rules in order of their targets."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from plummer.deid.policy.model import Rule
from plummer.schemas.fhir import elements


def merge_rules(base: tuple[Rule, ...], own: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules of both; one without conditions replaces all rules of its target in the base."""
    bare = {(rule.scope, rule.target) for rule in own if not rule.when}
    named = {(rule.scope, rule.key) for rule in own}
    kept = [r for r in base if (r.scope, r.target) not in bare and (r.scope, r.key) not in named]
    return (*kept, *own)


def by_target(rules: tuple[Rule, ...]) -> dict[str, Any]:
    """A policy's rules with what is looked up in them, as `Policy` has it."""
    conditional: defaultdict[tuple[str, str], tuple[Rule, ...]] = defaultdict(tuple)
    for rule in rules:
        if rule.when:
            conditional[rule.scope, rule.target] += (rule,)
    return {
        "rules": rules,
        "by_path": {rule.target: rule for rule in rules if rule.scope == "path" and not rule.when},
        "by_type": {rule.target: rule for rule in rules if rule.scope == "type" and not rule.when},
        "conditional": dict(conditional),
        "through": frozenset(_through(rules)),
    }


def _through(rules: tuple[Rule, ...]) -> Iterator[str]:
    """Every beginning of a path that reaches into a datatype, from where R4's own paths end."""
    for rule in rules:
        if rule.scope == "path" and rule.target not in elements():
            names = rule.target.split(".")
            yield from (".".join(names[:end]) for end in range(2, len(names)))
