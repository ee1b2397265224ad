# ruff: noqa: E501 (a pattern is easier to check on one line)
"""E-mail addresses: the dot-atom form of RFC 5322 (https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1).

Also with `` at `` for ``@``, as people dictate and obfuscate them. No list of public suffixes is
consulted: fetching one would call out to the network.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_HOST: Final = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z0-9]{2,24}"


class EmailRecognizer(NoteRecognizer):
    """E-mail addresses."""

    NAME: ClassVar[str] = "email"
    ENTITY: ClassVar[str] = "EMAIL"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("at", r"[A-Za-z0-9._%+'&~=!#$*/-]+ ?@ ?" + _HOST, 0.95, b"@"),
        Rule("host", r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]{2,}", 0.8, b"@"),
        Rule("spoken", r"(?i)\b([a-z0-9][a-z0-9._%+-]*\s{1,2}at\s{1,2}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|edu|gov|mil|us|io|health|invalid|0rg))\b", 0.85, b"."),
        Rule("dictated", r"(?i)\b([a-z0-9][a-z0-9._+-]*\s+at\s+[a-z0-9-]+(?:\s+dot\s+[a-z0-9-]+){0,3}\s+dot\s+(?:com|net|org|edu|gov))\b", 0.85),
    )  # fmt: skip
