"""Nesting depth from the bytes, before any parser that could run out of stack."""

from typing import Final

from plummer.pipelines.landing.limits import MAX_DEPTH
from plummer.pipelines.landing.refusal import Refused

_OTHER: Final = bytes(c for c in range(256) if c not in b'{}[]"')
_CURLY: Final = bytes.maketrans(b"[]", b"{}")


def check_depth(text: bytes, limit: int = MAX_DEPTH) -> None:
    """Refuse a text whose objects and arrays nest deeper than the limit.

    All but brackets and quotes is thrown away. A string without brackets leaves ``""``, which one
    replace removes; a quote that is left over shows a string with brackets, and only then strings
    are cut out one by one. Each round then removes the innermost level, so the cost is at most
    ``limit`` passes over the brackets.

    Raises:
        Refused: ``nesting_too_deep``.

    Example:
        >>> check_depth(b'{"a":["[[[[", {}]}', 3)
        >>> check_depth(b'[[[[', 3)
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: nesting_too_deep
    """
    if text.count(b"{") + text.count(b"[") <= limit:
        return
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    text = text.translate(None, _OTHER)
    brackets = text.replace(b'""', b"")
    if b'"' in brackets:
        brackets = b"".join(text.split(b'"')[::2])
    nested = brackets.translate(_CURLY)
    for _ in range(limit):
        if b"{" * (limit + 1) in nested:
            break
        shorter = nested.replace(b"{}", b"")
        if len(shorter) == len(nested):
            break  # empty, or not well-formed: the parser's matter unless the stack is at risk
        nested = shorter
    if b"{}" in nested or nested.count(b"{") > limit:
        raise Refused("nesting_too_deep")
