"""What of an address may stay under Safe Harbor (45 CFR 164.514(b)(2)(i)(B)).

The first three digits of a ZIP code stay where the area they form holds more than 20,000 people by current
public Census data: the 2020 Census (DHC table P1 by ZCTA5, 894 prefixes). A prefix that the table doesn't
have (military, unassigned) is 000 too.
"""

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

LARGEST_RESTRICTED: Final = 20_000
_EARLIER_CENSUSES_WORDS: Final = "036 059 063 102 203 205 369 556 692 790 821 823 830 831 878 879 884 890 893"
EARLIER_CENSUSES: Final = frozenset(_EARLIER_CENSUSES_WORDS.split())
"""Prefixes restricted by the Census of 2000 (17, named by HHS) or of 2010 (14)."""

_ZIP: Final = re.compile(r"\s*([0-9]{3})[0-9]{2}(?:[- ]?[0-9]{4})?\s*")
_US: Final = frozenset(
    {"", "us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "840"}
)
_STATES: Final = (
    "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut DE:Delaware "
    "DC:District_of_Columbia FL:Florida GA:Georgia HI:Hawaii ID:Idaho IL:Illinois IN:Indiana IA:Iowa "
    "KS:Kansas "
    "KY:Kentucky LA:Louisiana ME:Maine MD:Maryland MA:Massachusetts MI:Michigan MN:Minnesota MS:Mississippi "
    "MO:Missouri MT:Montana NE:Nebraska NV:Nevada NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NY:New_York "
    "NC:North_Carolina ND:North_Dakota OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania RI:Rhode_Island "
    "SC:South_Carolina SD:South_Dakota TN:Tennessee TX:Texas UT:Utah VT:Vermont VA:Virginia WA:Washington "
    "WV:West_Virginia WI:Wisconsin WY:Wyoming AS:American_Samoa GU:Guam MP:Northern_Mariana_Islands "
    "PR:Puerto_Rico VI:Virgin_Islands"
)
_COUNTRY_CODE: Final = re.compile(r"[A-Za-z]{2,3}")


@cache
def _states() -> dict[str, str]:
    pairs = [pair.split(":") for pair in _STATES.split()]
    return {name.replace("_", " ").lower(): code for code, name in pairs} | {c.lower(): c for c, _ in pairs}


@cache
def populations() -> dict[str, int]:
    """ZIP3 prefix to its population in the 2020 Census.

    Example:
        >>> len(populations()), populations()["036"]
        (894, 13153)
    """
    text = files("plummer.deid.policies").joinpath("zip3_2020.csv").read_text("ascii")
    return {row["zip3"]: int(row["population"]) for row in csv.DictReader(text.splitlines())}


def is_united_states(country: str | None) -> bool:
    """Whether a country, as written, is the United States; one that isn't stated is taken to be."""
    return (country or "").strip().lower() in _US


@lru_cache(maxsize=16_384)
def zip3(postal_code: str, country: str | None = None, strict: bool = False) -> str:
    """The permitted part of a postal code: three digits, ``000``, or "" where nothing may stay.

    Args:
        postal_code: as written; ZIP5 or ZIP+4.
        country: as written; None is the United States.
        strict: whether a prefix restricted by an earlier census is 000 too.

    Example:
        >>> zip3("02139-1234"), zip3("03601"), zip3("09601"), zip3("K1A 0B1", "CA")
        ('021', '000', '000', '')
        >>> zip3("06301"), zip3("06301", strict=True)
        ('063', '000')
    """
    if not is_united_states(country):
        return ""
    match = _ZIP.fullmatch(postal_code)
    if match is None or populations().get(match[1], 0) <= LARGEST_RESTRICTED:
        return "000"
    return "000" if strict and match[1] in EARLIER_CENSUSES else match[1]


def state(text: str) -> str:
    """The two-letter code of a US state or territory however written, or "".

    Example:
        >>> state("Massachusetts"), state("ma"), state("Middlesex")
        ('MA', 'MA', '')
    """
    return _states().get(text.strip().lower(), "")


def country(text: str) -> str:
    """A country that may stay: a code of two or three letters, or the United States by name; else "".

    Example:
        >>> country("US"), country("United States"), country("12 Elm Street")
        ('US', 'United States', '')
    """
    text = text.strip()
    return text if _COUNTRY_CODE.fullmatch(text) or text.lower() in _US else ""
