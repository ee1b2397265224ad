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
        if len(value) < 7 or text[start - 1 : start].isdigit() or text[end : end + 1].isdigit():
            return None
        try:
            ipaddress.ip_address(
                value if rule.name == "v6" else ".".join(str(int(p)) for p in value.split("."))
            )
        except ValueError:
            return None
        return start, end
