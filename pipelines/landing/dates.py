r"""What R4 takes for a date, a dateTime and an instant, as patterns: the form, and a day that exists.

https://hl7.org/fhir/R4/datatypes.html: the specification's own patterns, and beside them what they leave
to the text: no 30 February, no year 0000, a zone wherever there is a time. A date that a reader guesses at
is moved by a guess, so nothing else is taken. A bare ``time`` of day is no date and not looked at: exporters
write opening hours without seconds.
"""

from typing import Final

_YEAR: Final = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP: Final = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY: Final = (
    rf"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_PARTIAL: Final = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"

PATTERNS: Final = {
    "date": rf"^(?:{_DAY}|{_PARTIAL})\Z",
    "dateTime": rf"^(?:{_DAY}(?:T{_TIME}{_ZONE})?|{_PARTIAL})\Z",
    "instant": rf"^{_DAY}T{_TIME}{_ZONE}\Z",
}
r"""Pattern of each primitive type that is a date, anchored at both ends.

Example:
    >>> import re
    >>> texts = ("2024-02-29", "2023-02-29", "1970", "0000", "1970-3-4", "1970-03-04T00:00:00Z")
    >>> [bool(re.search(PATTERNS["date"], text)) for text in texts]
    [True, False, True, False, False, False]
"""
