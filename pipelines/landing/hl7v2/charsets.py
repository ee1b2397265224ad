"""The character set of a message: as MSH-18 declares it (HL7 table 0211), UTF-8 where it declares none."""

import codecs
import re
from functools import lru_cache
from typing import Final

from plummer.pipelines.landing.hl7v2.names import charsets
from plummer.pipelines.landing.refusal import Refused

_UTF8: Final = "utf-8"
_DECLARED: Final = 18


def encoding_of(header: bytes) -> str:
    r"""Python's name of the set that an MSH segment declares; several are one if the first holds the others.

    Raises:
        Refused: ``charset_unknown``.

    Example:
        >>> encoding_of(b"MSH|^~\\&||||||||||||||||8859/1"), encoding_of(b"MSH|^~\\&|")
        ('iso8859-1', 'utf-8')
    """
    mark = header[3:4]
    fields = header.split(mark) if mark else []
    told = fields[_DECLARED - 1] if len(fields) >= _DECLARED else b""
    repetition = header[5:6] or b"~"
    names = [name.decode("ascii", "replace").strip().upper() for name in told.split(repetition)]
    names = [name for name in names if name and name != '""']
    if not names:
        return _UTF8
    return _encoding(tuple(dict.fromkeys(names)))


@lru_cache
def _encoding(names: tuple[str, ...]) -> str:
    known = {re.sub(r"[ _-]", "", name.upper()): encoding for name, encoding in charsets().items()}
    found = {known.get(re.sub(r"[ _-]", "", name)) for name in names} - {"ascii"}
    if not found:
        return "ascii"
    if len(found) > 1 or None in found:
        raise Refused("charset_unknown")
    return codecs.lookup(str(found.pop())).name


def decode(text: bytes, encoding: str) -> str:
    """The text of a message.

    Raises:
        Refused: ``encoding_not_utf8`` where it isn't UTF-8, ``charset_invalid`` where it isn't what it says.
    """
    try:
        return text.decode(encoding)
    except ValueError:
        if encoding == _UTF8:
            raise Refused("encoding_not_utf8") from None
        raise Refused("charset_invalid") from None
