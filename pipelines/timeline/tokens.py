"""JSON whose numbers keep their tokens: 1.10 and 1E2 stay what the laboratory wrote.

FHIR decimals carry precision (https://hl7.org/fhir/R4/datatypes.html#decimal); a float loses it.
"""

import math
import struct
from functools import cache
from typing import Any

import msgspec


class NumberToken(str):
    """A number with a fraction or exponent, as the characters that were received."""

    __slots__ = ()


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(float_hook=NumberToken)


def decode(body: str | bytes) -> Any:  # noqa: ANN401 (any JSON)
    """Parse JSON; numbers with a fraction or exponent become `NumberToken`, others int.

    Raises:
        msgspec.DecodeError: it isn't JSON.

    Example:
        >>> decode('{"value": 1.10, "big": 1E2, "n": 7}')
        {'value': '1.10', 'big': '1E2', 'n': 7}
    """
    return _decoder().decode(body)


def token_of(value: object) -> str | None:
    """The number token of a JSON value, None where it isn't a number (a text or true isn't one).

    Example:
        >>> token_of(decode("0.50")), token_of(7), token_of("7"), token_of(True)
        ('0.50', '7', None, None)
    """
    if isinstance(value, NumberToken):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return repr(value) if isinstance(value, float) and math.isfinite(value) else None


def float32(token: str) -> float | None:
    """The nearest 32-bit float, None beyond its range (the token is kept beside it).

    Example:
        >>> float32("0.1"), float32("1E400"), float32("1" + "0" * 40)
        (0.10000000149011612, None, None)
    """
    try:
        near: float = struct.unpack("f", struct.pack("f", float(token)))[0]
    except OverflowError:
        return None
    return near if math.isfinite(near) else None
