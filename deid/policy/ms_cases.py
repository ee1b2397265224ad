"""Microsoft's ``generalize`` cases as cases of a policy: sets of texts, and ranges of numbers."""

import re
from collections.abc import Mapping
from typing import Any, Final

_TEXT: Final = r"'([^'\\]*)'"
_NUMBER: Final = r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,9})?"
_EQUALS: Final = re.compile(rf"\$this\s*=\s*(?:{_TEXT}|({_NUMBER}))")
_IN: Final = re.compile(rf"\$this\s+in\s+\(\s*({_TEXT}(?:\s*\|\s*{_TEXT})*)\s*\)")
_CONTAINS: Final = re.compile(rf"\(\s*({_TEXT}(?:\s*\|\s*{_TEXT})*)\s*\)\s+contains\s+\$this")
_LIMIT: Final = re.compile(rf"\$this\s*(>=|<)\s*({_NUMBER})")


def read_cases(settings: Mapping[str, Any]) -> dict[str, Any] | str:
    """A policy's ``generalise``, or why it can't be one: ``expression`` or ``limit_inclusive``.

    Example:
        >>> read_cases({"cases": {"$this in ('en-AU' | 'en-GB')": "'en'"}, "otherValues": "keep"})
        {'action': 'generalise', 'cases': [{'values': ['en-AU', 'en-GB'], 'to': 'en'}], 'others': 'keep'}
        >>> read_cases({"cases": {"$this >= 20 and $this < 30": "20"}})["cases"]
        [{'from': 20, 'below': 30, 'to': 20}]
        >>> read_cases({"cases": {"$this.startsWith('1')": "$this.substring(0,3)"}})
        'expression'
    """
    cases = settings.get("cases")
    if not isinstance(cases, Mapping) or not cases:
        return "expression"
    if (
        next(iter(cases)).strip() == "true"
        and (always := _constant(str(next(iter(cases.values()))))) is not None
    ):
        return {"action": "substitute", "value": always}
    found = []
    for predicate, result in cases.items():
        to = _constant(str(result))
        case = _case(str(predicate).strip())
        if to is None or isinstance(case, str):
            return case if isinstance(case, str) else "expression"
        found.append({**case, "to": to})
    others = "keep" if str(settings.get("otherValues", "redact")).lower() == "keep" else "drop"
    return {"action": "generalise", "cases": found, "others": others}


def _constant(text: str) -> str | float | int | None:
    text = text.strip()
    if match := re.fullmatch(_TEXT, text):
        return match[1]
    return _number(text) if re.fullmatch(_NUMBER, text) else None


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _case(predicate: str) -> dict[str, Any] | str:
    if match := _EQUALS.fullmatch(predicate):
        return {"values": [match[1] if match[1] is not None else match[2]]}
    if match := _IN.fullmatch(predicate) or _CONTAINS.fullmatch(predicate):
        return {"values": re.findall(_TEXT, match[1])}
    limits = re.split(r"\s+and\s+", predicate)
    found = [_LIMIT.fullmatch(limit.strip()) for limit in limits]
    if all(found) and len({match[1] for match in found if match}) == len(limits):
        names = {">=": "from", "<": "below"}
        told = {names[match[1]]: _number(match[2]) for match in found if match}
        return {name: told[name] for name in ("from", "below") if name in told}
    inclusive = re.search(rf"\$this\s*(?:<=|>(?!=))\s*{_NUMBER}", predicate)
    return "limit_inclusive" if inclusive else "expression"
