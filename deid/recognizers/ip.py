"""IP addresses, version 4 (https://www.rfc-editor.org/rfc/rfc791) and 6 (https://www.rfc-editor.org/rfc/rfc4291)."""

import ipaddress
from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule


class IpRecognizer(NoteRecognizer):
    """IP addresses; a candidate counts only when the standard library reads it as one."""

    NAME: ClassVar[str] = "ip"
    ENTITY: ClassVar[str] = "IP"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("v4", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", 0.9, b"."),
        Rule("v6", r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}", 0.9, b":"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse what isn't an address: section numbers, times, ratios."""
        value = text[start:end]
        before, after = text[max(start - 2, 0) : start], text[end : end + 2]
        if len(value) < 7 or before[-1:].isdigit() or after[:1].isdigit():
            return None
        if (before[-1:] == "." and before[:1].isdigit()) or (after[:1] == "." and after[1:].isdigit()):
            return None
        if rule.name == "v4":
            return (start, end) if all(int(octet) < 256 for octet in value.split(".")) else None
        try:
            ipaddress.IPv6Address(value)
        except ValueError:
            return None
        return start, end
