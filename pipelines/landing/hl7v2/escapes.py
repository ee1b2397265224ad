r"""Escape sequences of HL7 v2: ``\F\`` and its like, ``\Xdd\``, and commands of formatted text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plummer.pipelines.landing.refusal import Refused

_DELIMITERS: Final = re.compile(r"[!-/:-@\[-`{-~]+")
_SPACES: Final = re.compile(r"\.sp\+?([0-9]{0,2})")
_HEX: Final = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
_DROPPED: Final = re.compile(r"[HN]|\.(?:fi|nf|in[+-]?[0-9]*|ti[+-]?[0-9]*|sk[+ -]?[0-9]*)")


@dataclass(frozen=True, slots=True)
class Delimiters:
    r"""The marks that a message declares in MSH-1 and MSH-2; an absent one is "".

    Example:
        >>> Delimiters.of("MSH#*~\\&#A")
        Delimiters(field='#', component='*', repetition='~', escape='\\', subcomponent='&')
    """

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str

    @classmethod
    def of(cls, header: str) -> "Delimiters":
        """Read them from an MSH segment.

        Raises:
            Refused: ``bad_delimiters`` where there are none, one stands twice, or one is a letter or digit.
        """
        field = header[3:4]
        marks = header[4:].partition(field)[0] if field else ""
        if not 1 <= len(marks) <= 5 or _DELIMITERS.fullmatch(told := field + marks) is None:
            raise Refused("bad_delimiters")
        if len(set(told)) != len(told):
            raise Refused("bad_delimiters")
        return cls(field, *(marks[at : at + 1] for at in range(4)))

    @property
    def marks(self) -> tuple[str, str, str, str]:
        """MSH-2's marks, in order."""
        return self.component, self.repetition, self.escape, self.subcomponent


@lru_cache
def _sequence(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(f"{mark}([^{mark}\r\n]{{1,512}}){mark}")


def unescape(text: str, marks: Delimiters, encoding: str) -> str:
    r"""A value as it is meant; a sequence that isn't known stays as it stands.

    Args:
        text: one subcomponent.
        marks: the message's delimiters.
        encoding: Python's name of the message's character set, for ``\Xdd\``.

    Raises:
        Refused: ``nul_byte`` where a sequence stands for NUL.

    Example:
        >>> marks = Delimiters("|", "^", "~", "\\", "&")
        >>> unescape(r"a\T\b\.br\c\X41\\Z9\ \E\F\E", marks, "ascii")
        'a&b\ncA\\Z9\\ \\F\\E'
    """
    if not marks.escape or marks.escape not in text:
        return text
    values = {
        "F": marks.field, "S": marks.component, "R": marks.repetition, "E": marks.escape,
        "T": marks.subcomponent, ".br": "\n", ".ce": "\n",
    }  # fmt: skip

    def meant(found: re.Match[str]) -> str:
        return _meant(found, values, encoding)

    return _sequence(marks.escape).sub(meant, text)


def _meant(found: re.Match[str], values: dict[str, str], encoding: str) -> str:
    told = found[1]
    if told in values:
        return values[told]
    if _DROPPED.fullmatch(told):
        return ""
    if spaces := _SPACES.fullmatch(told):
        return "\n" * min(int(spaces[1] or 1), 50)
    digits = _HEX.fullmatch(told)
    if digits is None:
        return found[0]
    try:
        text = bytes.fromhex(digits[1]).decode(encoding)
    except (ValueError, LookupError):
        return found[0]
    if "\0" in text:
        raise Refused("nul_byte")
    return text


def escape(text: str, marks: Delimiters) -> str:
    r"""A value as a message writes it; what `unescape` undoes.

    Example:
        >>> escape("a|b\n", Delimiters("|", "^", "~", "\\", "&"))
        'a\\F\\b\\X0A\\'
    """
    names = {marks.field: "F", **dict(zip(marks.marks, "SRET", strict=True))}
    mark = marks.escape

    def written(char: str) -> str:
        if char in "\r\n\x0b\x1c":
            return f"{mark}X{ord(char):02X}{mark}"
        return f"{mark}{names[char]}{mark}" if char in names else char

    return "".join(map(written, text))
