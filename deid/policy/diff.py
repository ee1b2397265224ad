"""What changes between two policies, for every element of R4, and whether it tightens or loosens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plummer.deid.policy.conditions import Condition, all_cover, may_meet
from plummer.deid.policy.model import Action, Policy, Rule
from plummer.deid.policy.paths import json_names
from plummer.deid.policy.reach import Spot, reached, written_by_engine
from plummer.deid.policy.resolve import alternatives
from plummer.deid.policy.settings import PROFILES
from plummer.deid.policy.strictness import FACILITIES, TIME_MODES, Effect, Verdict, compare, effect_of
from plummer.schemas.fhir import elements

NOT_REACHED: Final = Rule("default", "not_reached", Action.DROP)
"""No rule lets the scrubber look inside the object around it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One element that is treated otherwise.

    Attributes:
        path: as JSON writes it; ``a way > path`` where a rule goes through a datatype.
        when: conditions under which it is, empty where none is needed.
        before, after: the effects.
        rules: the ids of both rules.
        verdict: what the change does.
    """

    path: str
    when: str
    before: Effect
    after: Effect
    rules: tuple[str, str]
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "path": self.path,
            "when": self.when or None,
            "from": str(self.before),
            "to": str(self.after),
            "from_rule": self.rules[0],
            "to_rule": self.rules[1],
            "verdict": str(self.verdict),
        }


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting, code system, vendor or extension that differs; absent is None."""

    setting: str
    before: str | None
    after: str | None
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        told = {"setting": self.setting, "from": self.before, "to": self.after}
        return {**told, "verdict": str(self.verdict)}


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs.

    Attributes:
        paths: how many elements of R4 were compared.
        changes: elements that are treated otherwise, by path.
        settings: settings and lists that differ.
    """

    paths: int
    changes: tuple[Change, ...]
    settings: tuple[SettingChange, ...]

    def count(self, verdict: Verdict) -> int:
        """How many changes have a verdict."""
        found = [change.verdict for change in self.changes] + [change.verdict for change in self.settings]
        return found.count(verdict)


def diff(before: Policy, after: Policy) -> Difference:
    """Compare two policies over every element of R4.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> found = diff(load_policy("safe_harbor"), load_policy("expert_determination"))
        >>> found.paths, found.count(Verdict.TIGHTENS), sorted({str(c.after) for c in found.changes})
        (7466, 0, ['birth:shift', 'date:shift'])
    """
    changes = tuple(sorted(_changes(before, after), key=lambda change: (change.path, change.when)))
    return Difference(len(elements()), changes, tuple(_settings(before, after)))


def _changes(before: Policy, after: Policy) -> Iterator[Change]:
    spots = [reached(policy)[0] for policy in (before, after)]
    through: dict[str, list[Spot]] = {}
    for context, place in spots[0] | spots[1]:
        through.setdefault(context, []).append((context, place))
    for path, element in elements().items():
        context, _, name = path.rpartition(".")
        for spot in sorted(through.get(context, [])):
            for key in json_names(name, element.types or ("BackboneElement",)):
                if not written_by_engine(context, key):
                    yield from _of_key(before, after, spots, spot, key)


def _of_key(
    before: Policy, after: Policy, spots: list[frozenset[Spot]], spot: Spot, key: str
) -> Iterator[Change]:
    old = _rules(before, spots[0], spot, key)
    new = _rules(after, spots[1], spot, key)
    path = f"{spot[1] or spot[0]}.{key}"
    for when in _regions(old, new):
        for one, other in _pairs(old, new, when):
            effects = effect_of(before, one), effect_of(after, other)
            verdict = compare(*effects)
            if verdict is not None:
                yield Change(path, _shown(when), *effects, (one.id, other.id), verdict)


def _rules(policy: Policy, spots: frozenset[Spot], spot: Spot, key: str) -> tuple[Rule, ...]:
    """The rules at a place; a way that this policy has no rule for falls back on the datatype's own."""
    context, place = spot
    if spot not in spots and (context, "") not in spots and not place:
        return (NOT_REACHED,)
    if place and not _way_open(policy, place):
        return (NOT_REACHED,)
    return alternatives(policy, context, key, place)[0]


def _way_open(policy: Policy, place: str) -> bool:
    """Whether a policy's rules let the scrubber look into the last name of a way."""
    from plummer.deid.policy.model import LOOKS_INSIDE
    from plummer.deid.policy.trace import trace

    found = trace(policy, place)
    return any(outcome.path == place and outcome.rule.action in LOOKS_INSIDE for outcome in found)


def _regions(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> list[tuple[Condition, ...]]:
    """The conditions of both, and the rest."""
    return [*dict.fromkeys(rule.when for rule in (*old, *new) if rule.when), ()]


def _pairs(
    old: tuple[Rule, ...], new: tuple[Rule, ...], when: tuple[Condition, ...]
) -> Iterator[tuple[Rule, Rule]]:
    """The rules that may decide in a region, before and after; the same pair once."""
    if not when:
        yield old[-1], new[-1]
        return
    yield from dict.fromkeys((one, other) for one in _deciding(old, when) for other in _deciding(new, when))


def _deciding(rules: tuple[Rule, ...], when: tuple[Condition, ...]) -> Iterator[Rule]:
    """Rules that may decide where some conditions hold, up to the first that surely does."""
    for rule in rules:
        if all_cover(rule.when, when):
            yield rule
            return
        if may_meet(rule.when, when):
            yield rule


def _shown(when: tuple[Condition, ...]) -> str:
    return ";".join(str(condition) for condition in when)


def _settings(before: Policy, after: Policy) -> Iterator[SettingChange]:
    for name, order in _ORDERS.items():
        one, other = (_value(policy, name) for policy in (before, after))
        if one != other:
            verdict = Verdict.NEUTRAL if order is None else _ordered(order, one, other)
            yield SettingChange(name, one, other, verdict)
    for name, stricter_up in (("k", True), ("min_subjects", True), ("quarantine_limit", False)):
        low, high = getattr(before, name), getattr(after, name)
        if low != high:
            verdict = Verdict.TIGHTENS if (high > low) is stricter_up else Verdict.LOOSENS
            yield SettingChange(name, str(low), str(high), verdict)
    yield from _listed("code_systems", before.code_systems, after.code_systems)
    vendors = [dict.fromkeys(policy.vendor_systems, "listed") for policy in (before, after)]
    yield from _listed("vendor_systems", *vendors)
    yield from _placeholders(before, after)
    urls = [{u: ",".join(sorted(n)) for u, n in policy.extensions.items()} for policy in (before, after)]
    yield from _listed("extensions", *urls)
    yield from _of_sites(before, after)
    yield from _site_rules(before, after)


_ORDERS: Final[Mapping[str, tuple[str, ...] | None]] = {
    "version": None,
    "profile": PROFILES,
    "time_mode": TIME_MODES,
    "site_timezone": None,
    "text": ("tags", "randomised", "surrogates"),
    "zip3": ("union", "census_2020"),
    "staff": ("drop", "pseudonymise"),
    "facilities": FACILITIES,
    "pdf": ("drop", "text"),
    "row_level_sql": ("forbid", "allow"),
    "incomplete_encounters": ("drop", "keep"),
}
"""Settings with their values, the strictest first; None where no value is stricter than another."""


def _of_sites(before: Policy, after: Policy) -> Iterator[SettingChange]:
    """Zones and identifiers that join persons: neither lets more out."""
    for site in sorted({*before.site_timezones, *after.site_timezones}):
        one, other = before.site_timezones.get(site), after.site_timezones.get(site)
        if one != other:
            yield SettingChange(f"site_timezones.{site}", one, other, Verdict.NEUTRAL)
    joins = [
        {link.system: f"{','.join(link.sites)} {link.normalise}" for link in policy.link_identifiers}
        for policy in (before, after)
    ]
    for system in sorted({*joins[0], *joins[1]}):
        one, other = joins[0].get(system), joins[1].get(system)
        if one != other:
            yield SettingChange(f"link_identifiers.{system}", one, other, Verdict.NEUTRAL)


def _site_rules(before: Policy, after: Policy) -> Iterator[SettingChange]:
    """Sites whose own rules differ, and whether more or less of their records passes then."""
    for site in sorted({*before.sites, *after.sites}):
        one, other = before.of_site(site), after.of_site(site)
        old, new = _own_rules(before, one), _own_rules(after, other)
        if old != new:
            verdicts = {change.verdict for change in _changes(one, other)}
            order = (Verdict.LOOSENS, Verdict.TIGHTENS)
            verdict = next((found for found in order if found in verdicts), Verdict.NEUTRAL)
            yield SettingChange(f"sites.{site}", old, new, verdict)


def _own_rules(policy: Policy, own: Policy) -> str | None:
    """Ids of a site's own rules, None where it has none."""
    common = {rule.id for rule in policy.rules}
    return ", ".join(sorted(rule.id for rule in own.rules if rule.id not in common)) or None


def _value(policy: Policy, name: str) -> str:
    if name == "zip3":
        return "union" if policy.zip3_strict else "census_2020"
    return str(getattr(policy, name))


def _ordered(order: tuple[str, ...], before: str, after: str) -> Verdict:
    return Verdict.TIGHTENS if order.index(after) < order.index(before) else Verdict.LOOSENS


def _listed(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[SettingChange]:
    """Entries of an allow-list: one more loosens, one less tightens, one that reads otherwise may loosen."""
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        fewer = name == "extensions" and one is not None and other is not None and _fewer(one, other)
        verdict = Verdict.TIGHTENS if other is None or fewer else Verdict.LOOSENS
        yield SettingChange(f"{name}.{key}", one, other, verdict)


def _placeholders(before: Policy, after: Policy) -> Iterator[SettingChange]:
    """A day that stands for "not known" is masked, so one more tightens."""
    for day in sorted(before.placeholder_dates ^ after.placeholder_dates):
        more = day in after.placeholder_dates
        one, other = (None, "listed") if more else ("listed", None)
        verdict = Verdict.TIGHTENS if more else Verdict.LOOSENS
        yield SettingChange(f"placeholder_dates.{day}", one, other, verdict)


def _fewer(before: str, after: str) -> bool:
    return set(filter(None, after.split(","))) < set(filter(None, before.split(",")))
