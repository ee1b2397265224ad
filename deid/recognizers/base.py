"""What every deterministic recognizer shares: rules in RE2, one result form, one deadline.

RE2 (https://github.com/google/re2/wiki/Syntax) runs in time linear in the text, so that no note can make
a pattern hang. Presidio's own PatternRecognizer catches a regex time-out, skips the pattern and reports
success; these recognizers raise instead, and nothing above them swallows it.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from plummer.deid.recognizers.linear import compiled, together
from plummer.schemas.errors import PlummerError

LANGUAGE: Final = "en"
_CAPITALISED: Final = re.compile(r"\b[A-Z][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a recognizer.

    Attributes:
        name: stands behind the recognizer's name in `Span.by`.
        pattern: RE2 syntax over ASCII; the identifier is group 1, or the whole match without a group.
        score: confidence, 0 to 1.
        needs: the rule is skipped where the text has none of these bytes (a cheap test first).
        plain: whether Python reads the pattern itself, for one that can't run back: a match costs it a tenth.
    """

    name: str
    pattern: str
    score: float = 0.85
    needs: bytes = b""
    plain: bool = False


class NoteArtifacts(NlpArtifacts):  # type: ignore[misc]  # Presidio has no types
    """What is worked out once for a text and shared by all recognizers.

    Attributes:
        text: the shadow, case kept.
        data: one byte for each code point of ``text``; ``?`` where it isn't ASCII.
        deadline: `time.monotonic` after which the note is given up.
        hits: start, end, entity and rule of what the deterministic recognizers have found so far; the
            tagger, which comes last, takes them as evidence.
        chances: start, end and probability of being an identifier of every token, by the tagger.
    """

    def __init__(self, text: str, deadline: float = float("inf")) -> None:
        super().__init__([], [], [], [], None, LANGUAGE)
        self.text = text
        self.data = text.encode("ascii", "replace")
        self.deadline = deadline
        present = set(self.data)
        self.present = frozenset(present)
        self.hits: list[tuple[int, int, str, str]] = []
        self.chances: list[tuple[int, int, float]] = []
        self._capitals: frozenset[str] | None = None

    @property
    def capitals(self) -> frozenset[str]:
        """Every capitalised word, case-folded: what list-based recognizers look at first."""
        if self._capitals is None:
            self._capitals = frozenset(word.casefold() for word in _CAPITALISED.findall(self.text))
        return self._capitals

    def check_deadline(self) -> None:
        """Raise ``note_timeout`` when the note's time is up."""
        if time.monotonic() > self.deadline:
            raise PlummerError("note_timeout", "the note took longer than its deadline; it is not released")


class NoteRecognizer(EntityRecognizer):  # type: ignore[misc]
    """A recognizer made of rules; subclasses set the class attributes and may refine a match."""

    NAME: ClassVar[str]
    ENTITY: ClassVar[str]
    RULES: ClassVar[tuple[Rule, ...]] = ()

    def __init__(self) -> None:
        super().__init__(supported_entities=[self.ENTITY], name=self.NAME, supported_language=LANGUAGE)

    def load(self) -> None:
        """Compile the patterns, so that a bad one stops the engine and not a note."""
        programs = [
            (rule, re.compile(rule.pattern.encode("ascii")) if rule.plain else compiled(rule.pattern))
            for rule in self.RULES
        ]
        self._programs = [(rule, p, min(p.groups, 1), frozenset(rule.needs)) for rule, p in programs]
        self._any = together([rule.pattern for rule in self.RULES])

    def fingerprint(self) -> str:
        """Everything that decides what this recognizer finds, for the engine's version."""
        return repr((self.NAME, self.ENTITY, self.RULES))

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Find the recognizer's entity in a shadow text.

        Args:
            text: the shadow.
            entities: asked for by Presidio; one recognizer has one entity, so it is not looked at.
            nlp_artifacts: `NoteArtifacts` of the text, made here if absent.
        """
        note = nlp_artifacts if isinstance(nlp_artifacts, NoteArtifacts) else NoteArtifacts(text)
        found = list(self.find(note))
        note.hits += [(start, end, self.ENTITY, f"{self.NAME}.{rule}") for start, end, _, rule in found]
        return [self.result(*one) for one in found]

    def find(self, note: NoteArtifacts) -> Iterator[tuple[int, int, float, str]]:
        """Start, end, score and rule name of everything found."""
        if not self.worth(note):
            return
        note.check_deadline()
        for at in self._any(note.data):
            rule, program, group, needs = self._programs[at]
            if needs and needs.isdisjoint(note.present):
                continue
            note.check_deadline()
            for match in program.finditer(note.data):
                start, end = match.span(group)
                refined = self.refine(note.text, start, end, rule) if start >= 0 else None
                if refined is not None and refined[0] < refined[1]:
                    yield *refined, rule.score, rule.name

    def worth(self, note: NoteArtifacts) -> bool:
        """Whether the text can hold anything for this recognizer (a cheap test first)."""
        return True

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """The range to report for a match, or None to refuse it (checksums, neighbours)."""
        return start, end

    def result(self, start: int, end: int, score: float, rule: str) -> RecognizerResult:
        """A Presidio result that names recognizer and rule and never holds the text."""
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: f"{self.NAME}.{rule}",
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return RecognizerResult(self.ENTITY, start, end, score, None, metadata)


DIGITS: Final = b"0123456789"


def digits_of(text: str) -> str:
    """The ASCII digits of a text.

    Example:
        >>> digits_of("(555) 010-0199")
        '5550100199'
    """
    return "".join(char for char in text if char.isascii() and char.isdigit())
