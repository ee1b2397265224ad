# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Blanks that were lost between words and numbers: ``ptGrzelak``, ``dob9/30/71``, ``8/30/202316:44``.

Copying out of one system into another loses line ends and tabs. Only where a word stands in front that tells whose
name follows, or a day meets a letter or a clock, is a blank put back.
"""

import re
from typing import Final

from plummer.deid.recognizers.base import compiled

#: Any of these could stand in a text; in most there is nothing, and RE2 says so at once.
_SIGNS: Final = r"[a-zR-Z][A-Z][a-z]|[a-z]\d{1,2}/\d|/\d{2,4}(?:\d{1,2}:|[A-Za-z]{2})"
_PLACE: Final = re.compile(
    r"(?<![A-Za-z])(?:(?i:pt|dtr|dau|son|wife|husband|mom|mother|dad|father|aunt|uncle|sister|brother|reviewer|nurse|rep)|Dr|RN|LPN|NP|RPh|RDH|SW|Mrs?|Ms|by|per|till?|in|at|to|from|w|and|for|called|notified|dob|DOB)(?=[A-Z][a-z]{2})"
    r"|[a-z](?=\d{1,2}/\d{1,2}(?:/\d{2,4}|\b))"
    r"|\d{1,2}/\d{1,2}/(?:19|20)\d{2}(?=\d{1,2}:\d{2})"
    r"|\d{1,2}/\d{1,2}/\d{2}(?=[A-Z][A-Za-z]{2})"
)


def glued(text: str) -> list[int]:
    """Where blanks were lost, as offsets of what follows, ascending.

    Args:
        text: a shadow.

    Example:
        >>> text = "ptGrzelak,dob9/30/71HMSA, seen 8/30/202316:44 by DeAndre McRoberts"
        >>> [text[at : at + 4] for at in glued(text)]
        ['Grze', '9/30', 'HMSA', '16:4']
    """
    if not compiled(_SIGNS).search(text.encode("ascii", "replace")):
        return []
    return [match.end() for match in _PLACE.finditer(text)]
