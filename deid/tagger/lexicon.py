"""What is publicly known of a word: English, clinical, a drug, a name, a place."""

import gzip
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

#: What each letter of a word's flags says.
FLAGS: Final[Mapping[str, str]] = {
    "a": "English, in a small dictionary",
    "b": "English, in a large dictionary",
    "p": "in a small dictionary with a capital only",
    "i": "in a description of ICD-10-CM",
    "d": "part of a drug's name",
    "e": "eponym, or capitalised within a description of ICD-10-CM",
    "1": "one of the 1,500 commonest family names",
    "2": "one of the next 10,500",
    "3": "a rarer family name",
    "g": "a common given name",
    "h": "a rarer given name",
    "n": "a personal name of another language",
    "c": "part of a larger American town's name",
    "k": "part of a smaller one's",
    "w": "part of a large town's name elsewhere",
    "y": "part of a county's name",
}


@lru_cache(maxsize=1)
def lexicon() -> Mapping[str, str]:
    """Folded, case-folded word to its flags; about 400,000 words.

    Example:
        >>> "1" in lexicon()["smith"], "d" in lexicon()["metformin"]
        (True, True)
    """
    data = (files("plummer.deid.tagger") / "lexicon.tsv.gz").read_bytes()
    out: dict[str, str] = {}
    for line in gzip.decompress(data).decode("ascii").splitlines():
        word, _, marks = line.partition("\t")
        out[word] = sys.intern(marks)
    return out


@lru_cache(maxsize=65536)
def flags_of(word: str) -> frozenset[str]:
    """What lists say of a word in small letters, or of the longest part of a joined one.

    Example:
        >>> "1" in flags_of("o'connor") or "2" in flags_of("o'connor"), flags_of("qzxv")
        (True, frozenset())
    """
    known = lexicon()
    return frozenset(known.get(word, "") or known.get(max(re.split("['-]", word), key=len), ""))
