"""Presidio's AnalyzerEngine as the frame, closed against what fails open in it.

Presidio would load spaCy models and the public suffix list over the network, catch regex time-outs, skip
the pattern and report success, and can write notes to its decision log. Here it gets an own registry, a
language engine without a model and an enhancer without work; recognizers that swallow a time-out are
refused, and its loggers are silent.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from plummer.deid.recognizers.base import LANGUAGE, NoteArtifacts
from plummer.schemas.errors import PlummerError

_LOGGERS: Final = ("presidio-analyzer", "decision_process")


def silence() -> None:
    """Take Presidio's loggers off: their messages may hold text of a note."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
        logger.disabled = True


class BlankNlpEngine(NlpEngine):  # type: ignore[misc]  # Presidio has no types
    """A language engine without a model: it only makes the artifacts that our recognizers share."""

    def load(self) -> None:
        """Nothing to load, nothing to download."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The shared artifacts of a text."""
        return NoteArtifacts(text)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **_: Any,  # noqa: ANN401
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Each text with its artifacts."""
        return ((text, NoteArtifacts(text)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Never: there is no vocabulary."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Never: there is no vocabulary."""
        return False

    def get_supported_entities(self) -> list[str]:
        """None: entities come from recognizers."""
        return []

    def get_supported_languages(self) -> list[str]:
        """The frame's one language."""
        return [LANGUAGE]


class _NoEnhancer(ContextAwareEnhancer):  # type: ignore[misc]  # Presidio has no types
    """Context is part of our rules; Presidio's enhancer costs a pass over all tokens for every hit."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The results as they are."""
        return raw_results


class _Analyzer(AnalyzerEngine):  # type: ignore[misc]  # Presidio has no types
    """The engine without its two costs that grow with recognizers times results."""

    def get_supported_entities(self, language: str | None = None) -> list[str]:
        """Worked out once: recognizers don't change after the engine is built."""
        if not hasattr(self, "_entities"):
            self._entities = sorted(set(super().get_supported_entities(language)))
        return self._entities

    def _enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        *_: Any,  # noqa: ANN401
        **__: Any,  # noqa: ANN401
    ) -> list[RecognizerResult]:
        return raw_results


def build_analyzer(recognizers: Sequence[EntityRecognizer]) -> AnalyzerEngine:
    """An AnalyzerEngine over exactly these recognizers.

    Args:
        recognizers: at least one.

    Raises:
        PlummerError: ``note_engine_failed`` when a recognizer is one of Presidio's pattern recognizers,
            which report success after a time-out, or when none is given.
    """
    if not recognizers or any(isinstance(one, PatternRecognizer) for one in recognizers):
        raise PlummerError(
            "note_engine_failed", "a recognizer that hides time-outs can't be used: subclass NoteRecognizer"
        )
    silence()
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=[LANGUAGE])
    return _Analyzer(
        registry=registry,
        nlp_engine=BlankNlpEngine(),
        supported_languages=[LANGUAGE],
        log_decision_process=False,
        context_aware_enhancer=_NoEnhancer(),
    )
