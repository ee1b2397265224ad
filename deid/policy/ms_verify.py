"""What became of each of Microsoft's rules, held against the finished policy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from plummer.deid.policy.model import Action, Policy
from plummer.deid.policy.ms_config import MsRule
from plummer.deid.policy.ms_paths import Selected, select
from plummer.deid.policy.trace import Outcome, trace

GONE: Final = frozenset({Action.DROP, Action.MASK})


@dataclass(slots=True)
class Verdict:
    """What became of one rule.

    Attributes:
        rule: the rule.
        status: ``carried`` (lines of the policy say it), ``covered`` (the profile does it anyway),
            ``stricter`` (more goes than the rule asks), ``not_carried``.
        reason: code, empty where there is nothing to say (docs/policy.md).
        keys: the policy's keys that it led to.
        opened: objects of which the configuration keeps a part, so that only the others go.
    """

    rule: MsRule
    status: str = "carried"
    reason: str = ""
    keys: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        told = {"number": self.rule.number, "path": self.rule.path, "method": self.rule.method}
        return {**told, "status": self.status, "reason": self.reason or None, "keys": self.keys}


def verify(verdict: Verdict, policy: Policy, earlier: set[str]) -> None:
    """Hold a rule that removes something against the finished policy; earlier rules have their own say."""
    if verdict.rule.method not in {"redact", "remove"} or verdict.status == "not_carried":
        return
    selected = select(verdict.rule.path)
    if isinstance(selected, str) or verdict.reason == "earlier_rule":
        return
    if any(_passes(policy, one, verdict, earlier) for one in selected):
        verdict.status, verdict.reason = "not_carried", "still_passes"


def _passes(policy: Policy, one: Selected, verdict: Verdict, earlier: set[str]) -> bool:
    """Whether anything but what the configuration itself leaves may pass at a target that is to go."""
    left = {Action.ZIP3, Action.AGE, Action.DATE}
    for outcome in _outcomes(policy, one):
        if outcome.rule.action in GONE | left or outcome.rule.id == "extension.not_listed.drop":
            continue
        opened = outcome.rule.action is Action.WALK and one.key in verdict.opened
        if not opened and outcome.rule.key not in earlier:
            return True
    return False


def _outcomes(policy: Policy, one: Selected) -> Iterator[Outcome]:
    # a reference's own act writes nothing but the pseudonym
    if not one.target.startswith("Reference."):
        yield from trace(policy, one.target)
