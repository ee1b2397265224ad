"""How strict a rule is, so that a change can be said to tighten or to loosen.

Actions are in one order, from nothing that passes to everything. Of two actions that can stand at the same
element the later one lets more of a value through, or leaves more to other rules. Where that can't be shown,
as between two lists of cases, a change counts as loosening, so that somebody looks at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from plummer.deid.policy.model import Action, Policy, Rule
from plummer.deid.policy.parameters import Generalise, Parameters, Perturb, Substitute

STRICTEST_FIRST: Final = (
    Action.DROP, Action.MASK, Action.SUBSTITUTE, Action.ZIP3, Action.COUNTRY, Action.STATE, Action.GENERALISE,
    Action.PERTURB, Action.AGE, Action.BIRTH, Action.DATE, Action.PSEUDONYMISE, Action.REFERENCE,
    Action.NUMBERS, Action.CODE, Action.CODING, Action.QUANTITY, Action.PHRASE, Action.CLEAN,
    Action.ATTACHMENT, Action.EXTENSION, Action.WALK, Action.KEEP, Action.VERBATIM,
)  # fmt: skip
"""Actions in the order of strictness."""
FACILITIES: Final = ("drop", "type_only", "pseudonymise")
"""What becomes of references to people and places, in the order of strictness."""
TIME_MODES: Final = ("relative", "year", "shift", "keep")
"""Time modes in the order of strictness."""
_RANK: Final[Mapping[str, int]] = {action: rank for rank, action in enumerate(STRICTEST_FIRST)}


class Verdict(StrEnum):
    """What a change does; ``neutral`` where neither more nor less of any value can pass."""

    TIGHTENS = "tightens"
    LOOSENS = "loosens"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to a value: the action, with whatever else decides the outcome.

    Attributes:
        action: the action.
        mode: the time mode for dates, the ZIP list for ``zip3``, else empty.
        parameters: of the action.
    """

    action: Action
    mode: str = ""
    parameters: Parameters | None = None

    def __str__(self) -> str:
        """As a reader sees it."""
        return f"{self.action}:{self.mode}" if self.mode else str(self.action)


def effect_of(policy: Policy, rule: Rule) -> Effect:
    """A rule's effect under a policy.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> str(effect_of(load_policy("safe_harbor"), Rule("type", "date", Action.DATE)))
        'date:relative'
    """
    mode = ""
    told = rule.parameters
    if rule.action in {Action.DATE, Action.BIRTH} or (isinstance(told, Generalise) and told.to):
        mode = str(policy.time_mode)
    elif rule.action is Action.ZIP3:
        mode = "union" if policy.zip3_strict else "census_2020"
    elif rule.action is Action.REFERENCE:
        people = {name: getattr(policy, name) for name in ("staff", "facilities")}
        mode = ",".join(f"{name} {value}" for name, value in people.items() if value != FACILITIES[-1])
    return Effect(rule.action, mode, told)


def compare(before: Effect, after: Effect) -> Verdict | None:
    """What going from one effect to another does; None where they are the same.

    Example:
        >>> compare(Effect(Action.DROP), Effect(Action.CLEAN)).value
        'loosens'
        >>> compare(Effect(Action.DATE, "shift"), Effect(Action.DATE, "relative")).value
        'tightens'
    """
    if before == after:
        return None
    if before.action != after.action:
        return _down(_RANK[before.action] - _RANK[after.action])
    if before.action is Action.SUBSTITUTE:
        return Verdict.NEUTRAL
    steps = _mode_steps(before, after), _told_steps(before.parameters, after.parameters)
    return Verdict.LOOSENS if min(steps) < 0 else Verdict.TIGHTENS


def _down(steps: int) -> Verdict:
    return Verdict.TIGHTENS if steps > 0 else Verdict.LOOSENS


def _mode_steps(before: Effect, after: Effect) -> int:
    """Above zero where the mode has become stricter."""
    if before.mode == after.mode:
        return 0
    if before.mode in TIME_MODES:
        return TIME_MODES.index(before.mode) - TIME_MODES.index(after.mode)
    if before.action is Action.ZIP3:
        return 1 if after.mode == "union" else -1
    steps = [_of_people(before, name) - _of_people(after, name) for name in ("staff", "facilities")]
    return -1 if min(steps) < 0 else 1


def _of_people(effect: Effect, name: str) -> int:
    told = dict(part.split(" ") for part in effect.mode.split(",") if part)
    return FACILITIES.index(told.get(name, FACILITIES[-1]))


def _told_steps(before: Parameters | None, after: Parameters | None) -> int:
    """Above zero where the parameters have become stricter, below where they haven't or it can't be shown."""
    if before == after or isinstance(before, Substitute):
        return 0
    if isinstance(before, Perturb) and isinstance(after, Perturb):
        wider = before.of == after.of and Decimal(after.span) >= Decimal(before.span)
        return 1 if wider and _digits(after) <= _digits(before) else -1
    if isinstance(before, Generalise) and isinstance(after, Generalise):
        return 1 if _coarser(before, after) else -1
    return -1


def _digits(told: Perturb) -> int:
    return 99 if told.digits is None else told.digits


def _coarser(before: Generalise, after: Generalise) -> bool:
    if before.to and after.to:
        return after.to == "year"
    if before.width and after.width:
        ratio = Decimal(after.width) / Decimal(before.width)
        return ratio == ratio.to_integral_value()  # each new band holds whole old ones
    if before.bounds and after.bounds:
        return {Decimal(b) for b in after.bounds} <= {Decimal(b) for b in before.bounds}
    return False
