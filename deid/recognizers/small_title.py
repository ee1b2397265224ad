# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names in small letters behind a title or a role: dictation and typed messages. 45 CFR 164.514(b)(2)(i)(A).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_plain
from plummer.deid.tagger.lexicon import lexicon

_NAMES: Final = frozenset("123ghn")
_WORDS: Final = frozenset("adie")
# What follows "dr" or "miss" in small letters and is no name.
_NO_NAME: Final = re.compile(
    r"(?:my|the|an?|his|her|your|our|their|any|this|that|it|you|me|him|them|us|is|was|will|would|can|said|says|who|and|or|at|of"
    r"|in|on|for|to|from|with|by|as|if|so|not|no|has|had|does|did|do|about|office|appointments?|visits?|doses?|meds|work|school"
    r"|call|called|again|please|name|note|orders?|angiogra\w+|imaging|venogra\w+|spectroscopy|meals?|some|one|when|what|why|period|comma)"
)


class SmallTitleRecognizer(NoteRecognizer):
    """``dr okonkwo``, ``mrs. sanchez``, ``chaplain yang``."""

    NAME: ClassVar[str] = "small_title"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("title", r"\b(?:dr|dra|mr|mrs|miss)\.?[ \t\n]{1,2}([a-z][a-z'-]+[a-z])\b", 0.7),
        Rule("capital", r"\b(?:Dr|DR|Mr|MR|Mrs|MRS|Ms|MS|Miss)\.?[ \t]{1,2}([a-z][a-z'-]+[a-z])\b", 0.7),
        Rule("dear", r"(?m)^[ \t]*(?i:dear)[ ](?i:dr|mr|mrs|ms|miss|prof)\.?[ ]([a-z][a-z'-]+(?:[ ][a-z][a-z'-]*){0,2})[:,][ \t]*$", 0.8, b":,"),
        Rule("role", r"\b(?:ms|doctor|nurse|rn|surgeon|officer|chaplain|interpreter|attending|pcp|attorney|adjuster|therapist)\.?[ \t\n]{1,2}([a-z][a-z'-]+[a-z])\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse everyday words; behind a role whatever isn't known as a name and nothing else."""
        word = text[start:end]
        if rule.name == "dear":
            return start, end
        flags = set(lexicon().get(word, "") or lexicon().get(max(re.split("['-]", word), key=len), ""))
        if is_plain(word) or _NO_NAME.fullmatch(word):
            return None
        if rule.name == "capital" and (not flags & _NAMES or ("a" in flags and "1" not in flags)):
            return None
        if rule.name == "role" and (not flags & _NAMES or flags & _WORDS):
            return None
        return start, end
