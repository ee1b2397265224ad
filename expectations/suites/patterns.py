"""Java patterns of the contract's formats, shared by the suites; each matches a whole value."""

from typing import Final

SHA256: Final = "[0-9a-f]{64}"
PSEUDONYM: Final = "[a-z2-7]{26}"
"""Ids of the release other than a subject's: 26 base32 characters (design.md, Ids)."""
SUBJECT: Final = "[1-9][0-9]{0,18}"
"""A subject_id in decimal: 1 to 2^63-1."""
RELEASED_ID: Final = f"{PSEUDONYM}|{SUBJECT}"
RESOURCE_TYPE: Final = "[A-Z][A-Za-z]{2,63}"
SITE: Final = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}"
LOAD_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,127}"
CODE: Final = r"[A-Za-z0-9_.\-]+//.+|MEDS_BIRTH|MEDS_DEATH"
"""MEDS 0.4 codes: SYSTEM//code, and the two names the standard reserves."""
REASON: Final = "[a-z][a-z0-9_]{2,63}"
EVENT_TYPE: Final = "[a-z][a-z0-9_]{2,63}"
NUMBER: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
"""A JSON number, the form of FHIR's decimal (https://hl7.org/fhir/R4/datatypes.html#decimal)."""
ENGINE: Final = r"[A-Za-z0-9][A-Za-z0-9_.+\-/]{0,127}"
YEAR_BAND: Final = "[12][0-9]{3}-[12][0-9]{3}"
ISO_DATE: Final = (
    r"(?<![0-9A-Za-z.\-])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9\-])"
)
"""A calendar date in a note or a resource, as ISO 8601 writes it."""
SLASH_DATE: Final = r"(?<![0-9/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])/(?:19|20)[0-9]{2}(?![0-9/])"
"""The same in the order month/day/year."""
