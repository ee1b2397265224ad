"""Device identifiers: UDI, serial and lot numbers, hardware addresses.

UDI: https://www.fda.gov/medical-devices/device-advice-comprehensive-regulatory-assistance/unique-device-identification-system-udi-system
with GS1 application identifiers; MAC: IEEE 802. 45 CFR 164.514(b)(2)(i)(M).
"""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP, GAP_OR_NONE, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class DeviceRecognizer(NoteRecognizer):
    """Serial numbers, UDIs and MAC addresses."""

    NAME: ClassVar[str] = "device"
    ENTITY: ClassVar[str] = "DEVICE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("udi", r"\(01\)\d{14}(?:\(\d{2}\)[A-Za-z0-9/-]{1,20})*", 0.95, b"("),
        Rule("mac", r"(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", 0.9, b":-"),
        Rule(
            "serial",
            r"(?i:\b(?:serial|s/n|ser|sn|udi|lot|model|device\sid|imei))" + GAP + VALUE,
            0.85,
            b"0123456789",
        ),
        Rule("prefixed", r"\b(?:SN|S/N)" + GAP_OR_NONE + r"(\d{5,12}[A-Z]{0,3})\b", 0.85, b"0123456789"),
        Rule("slashed", r"\b([A-Z]{2}\d{4}/\d{3})\b", 0.8, b"/"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut a value behind a cue where it ends; refuse short ones (``model 3``, ``lot 12``)."""
        if rule.name in {"udi", "mac", "slashed"}:
            return start, end
        return trimmed(text, start, end, 4)
