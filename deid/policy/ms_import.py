"""A configuration of Microsoft's Tools for Health Data Anonymization, taken over as a policy, rule by rule.

The result extends ``safe_harbor``: what no rule names is kept there and goes here, so the rules are laid over
the strictest profile. A rule that would keep what the profile drops isn't taken over; one that removes more
than the profile is. What is said of each rule is checked on the finished policy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from plummer.deid.policy.load import examine_text, load_policy
from plummer.deid.policy.model import Action, Policy, Rule
from plummer.deid.policy.ms_cases import read_cases
from plummer.deid.policy.ms_config import MsConfig, MsRule, read_config
from plummer.deid.policy.ms_paths import Selected, select
from plummer.deid.policy.ms_verify import GONE, Verdict, verify
from plummer.deid.policy.paths import json_names, names_below, place_of
from plummer.deid.policy.resolve import alternatives
from plummer.deid.policy.strictness import STRICTEST_FIRST
from plummer.deid.policy.trace import trace
from plummer.schemas.errors import PlummerError

_DATES: Final = frozenset({"date", "dateTime", "instant"})
_HASHES: Final = frozenset({"cryptohash", "pseudonymize", "encrypt"})
_KEPT: Final = {"boolean": "keep", "code": "code", "date": "date", "dateTime": "date", "instant": "date"}
Line = str | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """The policy's text, what became of each rule, and what was done with the rest of the configuration."""

    text: str
    policy: Policy
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]


def import_ms(text: str) -> Imported:
    """Take a configuration over.

    Raises:
        PlummerError: ``ms_config_json``, ``ms_config_form`` or ``ms_config_version`` (exit 2).

    Example:
        >>> methods = {"Observation.value": "redact", "Patient.name": "keep"}
        >>> rules = [{"path": path, "method": method} for path, method in methods.items()]
        >>> found = import_ms(json.dumps({"fhirPathRules": rules}))
        >>> [(verdict.status, verdict.reason) for verdict in found.verdicts]
        [('carried', ''), ('not_carried', 'profile_drops')]
        >>> found.policy.by_path["Observation.value[x]"].action.value
        'drop'
    """
    config = read_config(text)
    draft = _Draft(config)
    for rule in config.rules:
        draft.take(rule)
    while True:
        written = draft.text()
        policy, findings = examine_text(written)
        if policy is not None and not findings:
            break
        draft.remove({finding.line for finding in findings}, written, findings[0].error)
    others: set[str] = set()
    for verdict in draft.verdicts:
        verify(verdict, policy, others)
        others.update(verdict.keys)
    return Imported(written, policy, tuple(draft.verdicts), draft.notes())


class _Draft:
    """The lines of the policy as they come together."""

    def __init__(self, config: MsConfig) -> None:
        self.config = config
        self.base = load_policy("safe_harbor")
        self.profile = "expert_determination" if config.shifts_dates else "safe_harbor"
        self.verdicts: list[Verdict] = []
        self.lines: dict[tuple[str, str], Line] = {}
        self._owner: dict[tuple[str, str], Verdict] = {}
        self._seen_types: set[str] = set()
        self._seen_paths: set[str] = set()
        self._kept_parts: dict[str, set[str]] = {}

    # reading rules ------------------------------------------------------------------------------------------

    def take(self, rule: MsRule) -> None:
        """Lay one rule over what is there."""
        verdict = Verdict(rule)
        self.verdicts.append(verdict)
        selected = select(rule.path)
        if isinstance(selected, str):
            verdict.status, verdict.reason = "not_carried", selected
            return
        for one in selected:
            if self._is_earlier(one):
                verdict.status, verdict.reason = "covered", "earlier_rule"
                continue
            self._wanted(one, rule, verdict)
            if not one.when:
                (self._seen_types if one.scope == "type" else self._seen_paths).add(one.target)

    def _is_earlier(self, one: Selected) -> bool:
        """Whether an earlier rule has processed these nodes, so that this one doesn't."""
        if one.scope == "type":
            return one.target in self._seen_types
        names = one.target.split(".")
        above = {".".join(names[:end]) for end in range(2, len(names) + 1)}
        return bool(above & self._seen_paths) or set(one.kinds) <= self._seen_types

    def _wanted(self, one: Selected, rule: MsRule, verdict: Verdict) -> None:
        if rule.method in {"redact", "remove"}:
            self._redact(one, verdict)
        elif rule.method == "keep":
            self._keep(one, verdict)
        elif rule.method in _HASHES:
            self._hash(one, rule.method, verdict)
        elif rule.method == "dateshift":
            right = set(one.kinds) <= _DATES
            self._put(one, "date", verdict) if right else self._refuse(verdict, "not_a_date")
        else:
            self._with_settings(one, rule, verdict)

    def _with_settings(self, one: Selected, rule: MsRule, verdict: Verdict) -> None:
        line: Line = {}
        if rule.method == "perturb":
            line = _perturb(rule.settings)
        elif rule.method == "substitute":
            line = {"action": "substitute", "value": rule.settings.get("replaceWith")}
        elif rule.method == "generalize":
            line = read_cases(rule.settings)
        if isinstance(line, str):
            self._refuse(verdict, line)
        elif line:
            self._put(one, line, verdict)
        else:
            self._refuse(verdict, "method")

    # methods ------------------------------------------------------------------------------------------------

    def _redact(self, one: Selected, verdict: Verdict) -> None:
        kinds, partial = set(one.kinds), self.config.parameters
        if one.key == "Coding.code":
            # a code without its system's form is no code: the whole Coding goes
            verdict.status, verdict.reason = "stricter", "whole_coding"
            self._put(Selected("type", "Coding"), "drop", verdict)
        elif kinds <= _DATES and partial.get("enablePartialDatesForRedact") and not self.config.shifts_dates:
            self._put(one, "date", verdict)
        elif kinds == {"Age"} and partial.get("enablePartialAgesForRedact"):
            self._put(one, "age", verdict)
        elif one.target.endswith(".postalCode") and partial.get("enablePartialZipCodesForRedact"):
            self._put(one, "zip3", verdict)
        elif kinds == {"Address"} and partial.get("enablePartialZipCodesForRedact") and not one.when:
            self._parts(one, verdict, {"postalCode": "zip3"})
        elif len(kinds) == 1 and one.target in self._kept_parts and not one.when:
            self._parts(one, verdict, {})
        else:
            self._put(one, "drop", verdict)
            if one.scope == "type" and one.target == "base64Binary":
                self._put(Selected("type", "Attachment"), "drop", verdict)

    def _parts(self, one: Selected, verdict: Verdict, stays: Mapping[str, str]) -> None:
        """Look into an object of which something stays, and drop each other part."""
        kept = self._kept_parts.get(one.target, set())
        verdict.opened.append(one.key)
        self._put(one, "walk", verdict)
        for name in names_below().get(one.kinds[0], ()):
            part = Selected("path", f"{one.target}.{name}")
            gone = alternatives(self.base, one.kinds[0], name)[0][-1].action in GONE
            if name in {"id", "extension"} or name in kept or (gone and name not in stays):
                continue
            self._put(part, stays.get(name, "drop"), verdict)

    def _keep(self, one: Selected, verdict: Verdict) -> None:
        base = self._base_action(one)
        parent, _, name = one.target.rpartition(".")
        kind = one.kinds[0]
        safe = _KEPT.get(kind, "keep" if "Int" in kind or kind in {"integer", "decimal"} else "")
        if base is not None and base not in GONE:
            verdict.status, verdict.reason = "covered", "profile_rule"
        elif safe and len(one.kinds) == 1 and not one.when:
            self._put(one, safe, verdict)
        else:
            self._refuse(verdict, "profile_drops")
            return
        if parent and len(one.kinds) == 1:
            self._kept_parts.setdefault(parent, set()).add(name)

    def _hash(self, one: Selected, method: str, verdict: Verdict) -> None:
        name = one.target.rpartition(".")[2]
        if name == "id":
            verdict.status, verdict.reason = "covered", "engine_id"
        elif one.kinds == ("Reference",):
            self._put(one, "reference", verdict)
        elif one.target == "Reference.reference":
            self._put(Selected("type", "Reference"), "reference", verdict)
        elif method == "encrypt":
            self._stricter(one, verdict, "reversible")
        elif self.profile == "safe_harbor":
            self._stricter(one, verdict, "derived_code")
        elif one.target == "Identifier.value":
            self._put(Selected("type", "Identifier"), "pseudonymise", verdict)
        elif set(one.kinds) <= {"Identifier", "string", "uri"}:
            self._put(one, "pseudonymise", verdict)
        else:
            self._stricter(one, verdict, "not_a_text")

    def _stricter(self, one: Selected, verdict: Verdict, reason: str) -> None:
        self._put(one, "drop", verdict)
        verdict.status, verdict.reason = "stricter", reason

    # lines --------------------------------------------------------------------------------------------------

    def _put(self, one: Selected, line: Line, verdict: Verdict) -> None:
        """Add a line; a line for a datatype also answers for the profile's own paths of that type."""
        key = (one.scope, one.key)
        if key in self.lines:
            return
        own = (self.base.by_type if one.scope == "type" else self.base.by_path).get(one.key)
        if own is None or own.action != line:
            self._add(key, line, verdict)
        elif not verdict.keys and verdict.status == "carried":
            verdict.status, verdict.reason = "covered", "profile_rule"
        for path, rule in () if one.when else tuple(self.base.by_path.items()):
            if self._more_exact(one, path) and ("path", path) not in self.lines and _stricter(line, rule):
                self._add(("path", path), line, verdict)

    def _add(self, key: tuple[str, str], line: Line, verdict: Verdict) -> None:
        self.lines[key], self._owner[key] = line, verdict
        verdict.keys.append(key[1])
        if verdict.status == "covered":
            verdict.status, verdict.reason = "carried", ""

    @staticmethod
    def _more_exact(one: Selected, path: str) -> bool:
        """Whether a path of the profile would win over a line for some of the same elements."""
        place = place_of(path)
        if one.scope == "type":
            return place is not None and one.target in place.kinds
        parent, _, name = one.target.rpartition(".")
        return path != one.target and path in {f"{parent}.{key}" for key in json_names(name, one.kinds)}

    def _base_action(self, one: Selected) -> Action | None:
        if one.scope == "type":
            rule = self.base.by_type.get(one.target)
            return None if rule is None else rule.action
        try:
            return trace(self.base, one.target)[-1].rule.action
        except PlummerError:
            return None

    @staticmethod
    def _refuse(verdict: Verdict, reason: str) -> None:
        verdict.status, verdict.reason = "not_carried", reason

    def remove(self, numbers: set[int], written: str, error: PlummerError) -> None:
        """Take out lines that the policy's own check refuses: gone anyway, or not to be said in a policy."""
        by_line = {number: key for key, number in _numbered(written).items()}
        gone = [by_line[number] for number in numbers if number in by_line]
        if not gone:
            raise error from None
        for key in gone:
            line, verdict = self.lines.pop(key), self._owner.pop(key)
            verdict.keys.remove(key[1])
            if not verdict.keys and verdict.status == "carried":
                covered = error.code == "policy_unreachable" and line in ("drop", "mask", "date", "reference")
                verdict.status = "covered" if covered else "not_carried"
                verdict.reason = "gone_above" if covered else error.code

    def text(self) -> str:
        """The policy as YAML."""
        time_mode = "shift" if self.config.shifts_dates else "year" if self._wants_years() else "relative"
        head = [
            "# Taken over from a configuration of Tools for Health Data Anonymization by `plummer policy",
            "# import-ms`. What no line names is decided by safe_harbor, not kept.",
            "extends: safe_harbor",
            'version: "1.0.0"',
            f"profile: {self.profile}",
            f"time_mode: {time_mode}",
        ]
        for scope in ("type", "path"):
            told = [(key, line) for (there, key), line in self.lines.items() if there == scope]
            if told:
                head += ["", f"{scope}s:", *(f"  {json.dumps(key)}: {_yaml(line)}" for key, line in told)]
        return "\n".join(head) + "\n"

    def _wants_years(self) -> bool:
        return (
            bool(self.config.parameters.get("enablePartialDatesForRedact")) and not self.config.shifts_dates
        )

    def notes(self) -> tuple[str, ...]:
        """What holds of the configuration as a whole."""
        parameters = self.config.parameters
        told = {
            "default_deny": True,
            "keys_left_behind": bool(self.config.keys),
            "shift_per_patient": self.config.shifts_dates,
            "fixed_offset": "dateShiftFixedOffsetInDays" in parameters,
            "zip_table": "restrictedZipCodeTabulationAreas" in parameters,
            "errors_quarantined": self.config.skips_errors,
        }
        return tuple(name for name, holds in told.items() if holds)


def _stricter(line: Line, rule: Rule) -> bool:
    word = line if isinstance(line, str) else line["action"]
    return word in tuple(Action) and STRICTEST_FIRST.index(Action(word)) < STRICTEST_FIRST.index(rule.action)


def _perturb(settings: Mapping[str, Any]) -> Line:
    span, digits = settings.get("span"), settings.get("roundTo", 2)
    return {
        "action": "perturb",
        "span": span,
        "of": str(settings.get("rangeType", "fixed")).lower(),
        "digits": digits,
    }


def _yaml(line: Line) -> str:
    if isinstance(line, str):
        return line
    return json.dumps({key: _plain(value) for key, value in line.items()}, ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Numbers as the policy's YAML reads them: without an exponent."""
    if isinstance(value, float):
        text = format(Decimal(str(value)), "f")
        return value if "e" not in repr(value) else text
    return value


def _numbered(written: str) -> dict[tuple[str, str], int]:
    """(scope, key) to the line on which the text has it."""
    found: dict[tuple[str, str], int] = {}
    scope = ""
    for number, line in enumerate(written.splitlines(), 1):
        if line in ("types:", "paths:"):
            scope = line[:-2]
        elif line.startswith('  "'):
            found[scope, json.JSONDecoder().raw_decode(line.strip())[0]] = number
    return found
