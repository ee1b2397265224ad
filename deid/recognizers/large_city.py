"""Large cities by name: facts of https://www.census.gov/. 45 CFR 164.514(b)(2)(i)(B)."""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_common_city, word_list

_WORD: Final = r"[A-Z][A-Za-z.-]*[A-Za-z]"

_FIRST_WORDS: Final = frozenset(city.partition("_")[0].rstrip(".") for city in word_list("cities"))


class LargeCityRecognizer(NoteRecognizer):
    """Large cities, capitalised; those that are words too need ``in``, ``from`` or ``to`` in front."""

    NAME: ClassVar[str] = "large_city"
    ENTITY: ClassVar[str] = "CITY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("three", rf"\b({_WORD}\s{_WORD}\s{_WORD})\b", 0.7),
        Rule("two", rf"\b({_WORD}\s{_WORD})\b", 0.7),
        Rule("one", rf"\b({_WORD})\b", 0.65, plain=True),
        Rule("behind", rf"(?i:\b(?:in|from|to|near|of|our|the|at|via)\s)({_WORD}(?:\s{_WORD})?)\b", 0.7),
    )

    def fingerprint(self) -> str:
        """Rules and list."""
        return super().fingerprint() + " ".join(sorted(word_list("cities")))

    def worth(self, note: NoteArtifacts) -> bool:
        """Whether any capitalised word begins a city's name."""
        return not note.capitals.isdisjoint(_FIRST_WORDS)

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Look the words up."""
        value = "_".join(text[start:end].casefold().split())
        if value not in word_list("cities"):
            return None
        return None if rule.name == "one" and is_common_city(value) else (start, end)
