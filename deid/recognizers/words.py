"""Word lists that several recognizers and the merge share; own lists, lower case."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
#: 50 states, the District and territories: https://pe.usps.com/text/pub28/28apb.htm
STATES: Final = {
    "AL": "alabama", "AK": "alaska", "AZ": "arizona", "AR": "arkansas", "CA": "california", "CO": "colorado",
    "CT": "connecticut", "DE": "delaware", "DC": "district of columbia", "FL": "florida", "GA": "georgia",
    "HI": "hawaii", "ID": "idaho", "IL": "illinois", "IN": "indiana", "IA": "iowa", "KS": "kansas",
    "KY": "kentucky", "LA": "louisiana", "ME": "maine", "MD": "maryland", "MA": "massachusetts",
    "MI": "michigan", "MN": "minnesota", "MS": "mississippi", "MO": "missouri", "MT": "montana",
    "NE": "nebraska", "NV": "nevada", "NH": "new hampshire", "NJ": "new jersey", "NM": "new mexico",
    "NY": "new york", "NC": "north carolina", "ND": "north dakota", "OH": "ohio", "OK": "oklahoma",
    "OR": "oregon", "PA": "pennsylvania", "RI": "rhode island", "SC": "south carolina",
    "SD": "south dakota", "TN": "tennessee", "TX": "texas", "UT": "utah", "VT": "vermont",
    "VA": "virginia", "WA": "washington", "WV": "west virginia", "WI": "wisconsin", "WY": "wyoming",
    "PR": "puerto rico", "GU": "guam", "VI": "virgin islands",
}  # fmt: skip
COUNTRIES: Final = frozenset(
    [
        "us",
        "usa",
        "america",
        "canada",
        "mexico",
        "england",
        "ireland",
        "scotland",
        "france",
        "germany",
        "italy",
        "spain",
        "portugal",
        "china",
        "japan",
        "korea",
        "vietnam",
        "india",
        "pakistan",
        "iran",
        "iraq",
        "somalia",
        "ethiopia",
        "nigeria",
        "ghana",
        "kenya",
        "brazil",
        "colombia",
        "peru",
        "cuba",
        "haiti",
        "jamaica",
        "russia",
        "ukraine",
        "poland",
        "greece",
        "turkey",
        "israel",
        "egypt",
        "australia",
        "philippines",
        "thailand",
        "guatemala",
        "honduras",
        "salvador",
        "ecuador",
        "venezuela",
        "argentina",
        "chile",
        "uk",
        "europe",
        "africa",
        "asia",
    ]
)
STATE_NAMES: Final = frozenset(STATES.values())
#: More countries in one word; those that are given names oftener (Chad, Jordan) are left out.
LANDS: Final = STATE_NAMES | COUNTRIES | frozenset([
    "scotland", "wales", "bangladesh", "nepal", "syria", "lebanon", "yemen", "afghanistan", "eritrea",
    "uganda", "tanzania", "rwanda", "sudan", "liberia", "cameroon", "congo", "angola", "zambia", "zimbabwe",
    "malawi", "mozambique", "morocco", "algeria", "tunisia", "libya", "bolivia", "paraguay", "uruguay",
    "bahamas", "barbados", "belarus", "hungary", "romania", "bulgaria", "serbia", "croatia", "bosnia",
    "albania", "cyprus", "armenia", "azerbaijan", "kazakhstan", "uzbekistan", "mongolia", "laos",
    "cambodia", "myanmar", "burma", "malaysia", "indonesia", "singapore", "taiwan", "nicaragua", "panama",
    "belgium", "netherlands", "holland", "switzerland", "austria", "denmark", "norway", "sweden", "finland",
    "iceland", "estonia", "latvia", "lithuania", "slovakia", "slovenia",
])  # fmt: skip
#: States and countries that are also large cities by the same name: to be on the safe side they are cities.
CITIES_TOO: Final = frozenset(["new york", "washington", "singapore"])
#: RE2 alternation of the states, names in any case, codes in capitals.
STATE: Final = (
    r"(?:(?i:"
    + "|".join(name.replace(" ", r"\s+") for name in STATES.values())
    + ")|"
    + "|".join(STATES)
    + ")"
)


@lru_cache(maxsize=32)
def word_list(name: str) -> frozenset[str]:
    """A packaged list, one word or more a line; ``#`` begins a comment.

    Example:
        >>> "rose" in word_list("namelike"), "parkinson" in word_list("veto")
        (True, True)
    """
    lines = (files("plummer.deid.recognizers") / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines for word in line.partition("#")[0].casefold().split())


def is_plain(word: str) -> bool:
    """Whether a capitalised word is everyday or clinical English and never part of a name.

    Example:
        >>> is_plain("Denies"), is_plain("Nguyen")
        (True, False)
    """
    return word.casefold().strip(".'-") in word_list("plain")


def is_frequent(word: str) -> bool:
    """Whether a word is so common in notes that even the patient's own name stands where it is in lower case.

    Example:
        >>> is_frequent("will"), is_frequent("rose")
        (True, False)
    """
    return word.casefold() in word_list("frequent")


def is_eponym(word: str) -> bool:
    """Whether a word names a disease, drug, scale or device before it names a person.

    Example:
        >>> is_eponym("Foley")
        True
    """
    return word.casefold().strip(".'-").removesuffix("'s") in word_list("veto")


def is_common_city(word: str) -> bool:
    """Whether a city's name is a word, a person's name or an eponym too.

    Example:
        >>> is_common_city("mobile"), is_common_city("chicago")
        (True, False)
    """
    return (
        word in word_list("given") or word in word_list("namelike") or is_eponym(word) or word in _CITY_WORDS
    )


def plain_lead(text: str, start: int, end: int) -> int:
    """Where a run of capitalised words begins once everyday words in front are dropped; ``end`` if all are.

    Example:
        >>> plain_lead("The Harlan County", 0, 17)
        4
    """
    for match in re.compile(r"\S+").finditer(text, start, end):
        if not is_plain(match.group().rstrip(".,")):
            return match.start()
    return end


_CITY_WORDS: Final = frozenset(
    [
        "mobile",
        "buffalo",
        "lincoln",
        "columbia",
        "jackson",
        "salem",
        "bend",
        "flint",
        "aurora",
        "phoenix",
        "gilbert",
        "chandler",
        "eugene",
        "reno",
        "wilmington",
        "frederick",
        "columbus",
        "madison",
        "charlotte",
        "augusta",
        "savannah",
        "lynn",
        "concord",
        "queens",
        "garland",
        "irving",
        "montgomery",
    ]
)
