"""What a site has stricter than the others: rules under ``sites`` in a policy, over the policy's own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from plummer.deid.policy.diff import diff
from plummer.deid.policy.merge import by_target, merge_rules
from plummer.deid.policy.model import Policy, Rule
from plummer.deid.policy.reach import unreachable
from plummer.deid.policy.rules import Finding, read_rules, refuse
from plummer.deid.policy.strict_yaml import Lines
from plummer.deid.policy.strictness import Verdict

_JUDGED: dict[str, tuple[Finding, ...]] = {}
"""Findings by the policy's sha256: to compare two policies over all of R4 takes a second."""


def site_rules(
    raw: Mapping[str, Any], lines: Lines, origin: str
) -> tuple[dict[str, list[Rule]], list[Finding]]:
    """Rules of each site, and in place of each that is none, why."""
    rules: dict[str, list[Rule]] = {}
    findings: list[Finding] = []
    for site, blocks in raw.items():
        rules[site] = []
        for name, block in blocks.items():
            own: dict[tuple[str, ...], int] = {
                (name, key): lines.get(("sites", site, name, key), 0) for key in block
            }
            for found in read_rules(name.removesuffix("s"), block, own, origin):
                if isinstance(found, Rule):
                    rules[site].append(found)
                else:
                    findings.append(found)
    return rules, findings


def with_sites(policy: Policy, rules: Mapping[str, list[Rule]]) -> Policy:
    """The policy with those of its sites, which differ from it in their rules alone."""
    own = {
        site: replace(policy, **by_target(merge_rules(policy.rules, more))) for site, more in rules.items()
    }
    return replace(policy, sites=own)


def judged(policy: Policy, lines: Lines, origin: str) -> tuple[Finding, ...]:
    """Why a site's rules are refused: one never decides, or lets out more than the policy's own does."""
    if policy.sha256 not in _JUDGED:
        _JUDGED[policy.sha256] = tuple(_judged(policy, lines, origin))
    return _JUDGED[policy.sha256]


def _judged(policy: Policy, lines: Lines, origin: str) -> Iterator[Finding]:
    message = "a site's rule may only be stricter than the policy's own"
    common = replace(policy, sites={})
    for site, own in policy.sites.items():
        yield from unreachable(own, origin)
        for change in diff(common, own).changes:
            if change.verdict is Verdict.LOOSENS:
                line = lines.get(("sites", site), 0)
                yield refuse("site_loosens", message, f"sites.{site}: {change.path}", line)
