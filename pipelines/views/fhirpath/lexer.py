"""A path's words."""

import re
from dataclasses import dataclass
from typing import Final

from plummer.pipelines.views.fhirpath.errors import path_error

_TOKEN: Final = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
  | (?P<time>@T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)
  | (?P<date>@\d{4}(?:-\d{2}(?:-\d{2})?)?
       (?:T(?:\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)?(?:Z|[+-]\d{2}:\d{2})?)?)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<quoted>`(?:[^`\\]|\\.)*`)
  | (?P<variable>%(?:[A-Za-z_][A-Za-z0-9_-]*|`[^`]*`|'[^']*'))
  | (?P<special>\$(?:this|index|total))
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign><=|>=|!=|!~|[-+*/|&=~<>.,()\[\]{}])
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
MAX_LENGTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its kind, its text without quotes, and where it begins."""

    kind: str
    text: str
    at: int


def words(path: str) -> list[Token]:
    """A path's tokens, with one of kind ``end`` last.

    Raises:
        PlummerError: ``view_path`` where no token fits.

    Example:
        >>> [token.text for token in words("name.where(use = 'usual')")]
        ['name', '.', 'where', '(', 'use', '=', 'usual', ')', '']
    """
    if len(path) > MAX_LENGTH:
        raise path_error(f"a path is longer than {MAX_LENGTH} characters")
    out: list[Token] = []
    at = 0
    while at < len(path):
        found = _TOKEN.match(path, at)
        if found is None:
            raise path_error(f"a character at {at} of a path is not FHIRPath")
        kind = str(found.lastgroup)
        if kind != "blank":
            out.append(Token(kind, _text(kind, found.group()), at))
        at = found.end()
    return [*out, Token("end", "", at)]


def _text(kind: str, text: str) -> str:
    if kind in ("string", "quoted"):
        return _ESCAPE.sub(_unescaped, text[1:-1])
    if kind == "variable":
        return text[1:].strip("`'")
    return text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _PLAIN.get(code, code)
