# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Web addresses: RFC 3986 (https://www.rfc-editor.org/rfc/rfc3986). 45 CFR 164.514(b)(2)(i)(N)."""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_TLD: Final = r"(?:com|org|net|edu|gov|mil|int|io|health|care|info|biz|us|uk|ca|de|fr|es|app|dev|me|test|invalid|example)"


class UrlRecognizer(NoteRecognizer):
    """URLs with a scheme, with ``www.``, or as a bare host under a common top-level domain."""

    NAME: ClassVar[str] = "url"
    ENTITY: ClassVar[str] = "URL"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("scheme", r"(?i)\b(?:https?|ftp|sftp|file|hxxps?)://[^\s<>\"\x00]+", 0.95, b":"),
        Rule("www", r"(?i)\bwww\.[^\s<>\"\x00]+", 0.95, b"Ww"),
        Rule(
            "host", rf"\b[A-Za-z][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.{_TLD}\b(?:/[^\s<>\"\x00]*)?", 0.8, b"."
        ),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Leave the sentence's own punctuation out."""
        stripped = len(text[start:end].rstrip(".,;:!?)]}'"))
        return start, start + stripped
