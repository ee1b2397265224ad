"""JSON in and out with every number token exactly as received.

A float in between would turn ``1.10`` into ``1.1`` and round long decimals; a decimal's digits are its
precision (https://hl7.org/fhir/R4/json.html#decimal).
"""

from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec

from plummer.schemas.errors import ExitCode, PlummerError

Value: TypeAlias = Any
"""A decoded JSON value of any shape; what it may be is what the walker finds out."""


@lru_cache(maxsize=65_536)
def _token(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


_DECODER: Final = msgspec.json.Decoder(float_hook=_token)
_ENCODER: Final = msgspec.json.Encoder()


def is_number(value: object) -> bool:
    """Whether a decoded value is a JSON number (booleans aren't).

    Example:
        >>> is_number(decode(b"1.10")), is_number(True), is_number("1")
        (True, False, False)
    """
    return isinstance(value, msgspec.Raw) or (isinstance(value, int) and not isinstance(value, bool))


def number_text(value: object) -> str:
    """The token of a decoded number.

    Example:
        >>> number_text(decode(b"1.10")), number_text(decode(b"7"))
        ('1.10', '7')
    """
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else str(value)


def decode(body: str | bytes) -> Value:
    """Parse JSON; numbers with a fraction or exponent become `msgspec.Raw` of their token.

    Raises:
        PlummerError: ``json_invalid`` or ``json_too_deep``; never with a part of the text.

    Example:
        >>> encode(decode('{"value": 1.10, "scale": 1E2}'))
        b'{"value":1.10,"scale":1E2}'
    """
    try:
        return _DECODER.decode(body)
    except RecursionError:
        raise PlummerError("json_too_deep", "the record is nested too deeply", ExitCode.INTERNAL) from None
    except (msgspec.DecodeError, UnicodeDecodeError, UnicodeEncodeError):
        raise PlummerError("json_invalid", "the record isn't JSON", ExitCode.INTERNAL) from None


encode = _ENCODER.encode
"""Write JSON compactly, number tokens as received."""
