"""Strict JSON from bytes: every way in which two parsers could read different things is refused.

RFC 8259. Spark takes single quotes, drops the second document on a line and lets the last duplicate
key win; a scrubber that sees one value and a consumer that sees the other is a leak.
"""

import json
import re
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.depth import check_depth
from plummer.pipelines.landing.refusal import Refused

_DECODE: Final = msgspec.json.Decoder().decode
_ENCODE: Final = msgspec.json.Encoder().encode
_LONE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_MESSAGES: Final = (
    ("trailing characters", "trailing_data"),
    ("surrogate", "invalid_unicode"),
    ("truncated", "json_truncated"),
)


def check_bytes(text: bytes) -> None:
    """What can be said before parsing.

    Raises:
        Refused: ``nul_byte``, ``encoding_not_utf8`` or ``nesting_too_deep``.
    """
    if b"\0" in text:
        raise Refused("nul_byte")
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            raise Refused("encoding_not_utf8") from None
    check_depth(text)


def parse(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a JSON text; duplicate keys are looked for by `check_duplicates`.

    Raises:
        Refused: ``json_truncated``, ``json_invalid``, ``trailing_data``, ``invalid_unicode`` or
            ``nesting_too_deep``.

    Example:
        >>> parse(b'{"a": 1}')
        {'a': 1}
        >>> parse(b'{"a": 1} x')
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: trailing_data
    """
    try:
        return _DECODE(text)
    except RecursionError:
        raise Refused("nesting_too_deep") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise Refused(_reason(str(error), text)) from None


def _reason(message: str, text: bytes) -> str:
    reason = next((code for sign, code in _MESSAGES if sign in message), "json_invalid")
    # the parser calls a high surrogate without its low one truncated, as it waits for the second
    lone = reason == "json_truncated" and _LONE.search(text.replace(b"\\\\", b""))
    return "invalid_unicode" if lone else reason


def check_duplicates(text: bytes, value: object) -> None:
    r"""Refuse a text in which an object has one key twice, escapes resolved.

    Written out again, the parsed value has lost the second key and its value, so it has fewer
    quotes than the text. Quotes are otherwise the same: a key or string has two, and an inner one
    is escaped as a quote in both, but for ``\u0022``, which is left to the slow, exact way.

    Args:
        text: the JSON text.
        value: what `parse` made of it.

    Raises:
        Refused: ``duplicate_json_key``.

    Example:
        >>> check_duplicates(b'{"a": 1, "b": {"a": 2}}', {"a": 1, "b": {"a": 2}})
        >>> check_duplicates(b'{"a": 1, "\\u0061": 2}', {"a": 2})
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: duplicate_json_key
    """
    if b"\\u0022" not in text:
        if _ENCODE(value).count(b'"') != text.count(b'"'):
            raise Refused("duplicate_json_key")
        return
    json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused("duplicate_json_key")
