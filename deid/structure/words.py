"""Which words of a label are ordinary or clinical, so that what isn't can be taken for a name.

English: Webster's Second of 1934 without the words it also writes with a capital (``scripts/make_words.py``).
Clinical: HL7's own displays (plummer.schemas.fhir.tables), the recognizers' lists, and ``clinical.txt``.
"""

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from plummer.deid.recognizers.words import word_list
from plummer.schemas.fhir import displays

_LETTERS: Final = re.compile(r"[A-Za-z]{2,}")
_ENDINGS: Final = ("s", "es", "ed", "ing", "ly", "ness", "d", "'s", "al", "ally")
_CLINICAL_ENDINGS: Final = re.compile(
    r"[a-z]{3,}(?:itis|ectomy|otomy|ostomy|oscopy|oplasty|ography|ogram|opathy|emia|uria|osis|oma|algia|plegia|"
    r"cillin|mycin|"
    r"azole|statin|sartan|olol|dipine|tidine|prazole|oxetine|azepam|azolam|mab|tinib|ciclib|gliptin|gliflozin|glutide|"
    r"caine|cycline|floxacin|vir|triptan|parin|platin|rubicin|taxel|virus|coccus|bacter|bacillus)s?"
)


@cache
def _english() -> Mapping[str, str]:
    packed = files("plummer.deid.structure").joinpath("words.json.gz").read_bytes()
    blocks: dict[str, str] = json.loads(gzip.decompress(packed))
    return {start: f" {ends} " for start, ends in blocks.items()}


def _own(name: str) -> set[str]:
    lines = files("plummer.deid.structure").joinpath(name).read_text("ascii").splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


@cache
def _clinical() -> frozenset[str]:
    hl7 = {word.lower() for text in displays() for word in _LETTERS.findall(text)}
    names = _own("surnames.txt") | word_list("given")
    return frozenset(_own("clinical.txt") | (hl7 - names) | word_list("plain") | word_list("veto"))


def _listed(word: str) -> bool:
    return word in _clinical() or f" {word[2:]} " in _english().get(word[:2], "")


@lru_cache(maxsize=65_536)
def is_ordinary(word: str) -> bool:
    """Whether a word, in lower case, is listed, with or without an ending, or is built like a clinical one.

    Example:
        >>> is_ordinary("bronchitis"), is_ordinary("lisinopril"), is_ordinary("okonkwo")
        (True, True, False)
    """
    if len(word) < 3 or _listed(word):
        return True
    stems = [word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) > 2]
    if any(_listed(stem) or _listed(f"{stem}e") for stem in stems):
        return True
    if word.endswith("ies") and _listed(f"{word[:-3]}y"):
        return True
    return len(word) > 6 and _CLINICAL_ENDINGS.fullmatch(word) is not None
