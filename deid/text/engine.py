"""The free-text engine: what it finds, what it hands back, and how it refuses."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any, Final

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.recognizers.words import word_list
from plummer.deid.text.merge import merge, settled, standing
from plummer.deid.text.question import whole
from plummer.deid.text.replace import by_profile, replaced, tag
from plummer.deid.text.shadow import cast, meant
from plummer.deid.text.spans import ScrubbedText, Span
from plummer.deid.text.windows import windows
from plummer.deid.text.wordless import wordless
from plummer.deid.text.years import bare_years
from plummer.schemas.errors import PlummerError

if TYPE_CHECKING:
    from plummer.deid.recognizers.base import NoteArtifacts
    from plummer.deid.text.known import KnownMatcher, KnownRecognizer
    from plummer.deid.text.surrogates import Writer

#: Raised by hand when merge, replacement or the known layer change what comes out.
ENGINE: Final = "10"
NOTHING: Final = KnownIdentifiers()
_ROUNDS: Final = 8
_SURE: Final = 0.7
_PHRASE: Final = 0.85
_EVEN: Final = 0.5
_LISTS: Final = (
    "plain",
    "veto",
    "namelike",
    "given",
    "cities",
    "frequent",
    "terms",
    "scales",
    "acronyms",
    "sorts",
    "after_people",
    "after_surely",
    "tongues",
    "kinds",
    "labels",
)


class TextEngine:
    """Finds and replaces identifiers in free text; one per worker, not shared between threads.

    Args:
        names: names of every person of the home, full or in parts, for the site-wide sweep.
        deadline_s: seconds after which a note is given up.
        max_chars: longest note that is taken, in code points.
        layers: Presidio recognizers behind the deterministic ones; they must raise, not skip. By default the
            trained tagger; ``()`` for none.

    Example:
        >>> engine = TextEngine()
        >>> [s.type for s in engine.detect("Seen by Dr. Okonkwo, MRN 00123456.")]
        ['NAME', 'MRN']
    """

    def __init__(
        self,
        *,
        names: AbstractSet[str] = frozenset(),
        deadline_s: float = 20.0,
        max_chars: int = 2_000_000,
        layers: Sequence[Any] | None = None,
    ) -> None:
        # Presidio takes seconds to import: only where an engine is built.
        from plummer.deid.recognizers.registry import deterministic, late
        from plummer.deid.recognizers.site_name import SiteNameRecognizer
        from plummer.deid.text.frame import build_analyzer
        from plummer.deid.text.known_forms import person

        tokens = {part for name in names for part in person(name).parts}
        own = [SiteNameRecognizer(tokens), *deterministic()]
        behind = [*([*_tagger()] if layers is None else layers), *late()]
        self.deadline_s = deadline_s
        self.max_chars = max_chars
        self.version = _version([one.fingerprint() for one in own], [_print_of(one) for one in behind])
        self._analyzer = build_analyzer([*own, *behind])
        self._known: tuple[KnownIdentifiers, KnownMatcher] | None = None
        self._phrase = lru_cache(maxsize=131_072)(self._phrase_uncached)

    def detect(self, text: str, known: KnownIdentifiers = NOTHING) -> tuple[Span, ...]:
        """Everything found, sorted and apart; offsets are code points of ``text``.

        Args:
            text: a note.
            known: what the patient's record names.

        Raises:
            PlummerError: ``note_too_long``, ``note_wordless``, ``note_unsettled``, ``note_timeout`` or
                ``note_engine_failed``; nothing partial is ever handed back.
        """
        if len(text) > self.max_chars:
            raise PlummerError(
                "note_too_long", "the note is longer than the engine takes; it is not released"
            )
        if wordless(text):
            raise PlummerError(
                "note_wordless",
                "a long note is mostly marks, or the same over and over; it is not released",
            )
        with _closed():
            return self._detect(text, self._matcher(known), time.monotonic() + self.deadline_s)

    def scrub(
        self, text: str, known: KnownIdentifiers, dates: DateContext, surrogates: "Writer | None" = None
    ) -> ScrubbedText:
        """The text with tags or surrogates for identifiers, and dates in the profile's time mode.

        Args:
            text: a note.
            known: what the patient's record names.
            dates: the subject's time; says what becomes of a date.
            surrogates: of the subject and this note; typed tags without.

        Raises:
            PlummerError: as `detect`.
        """
        spans = self.detect(text, known)
        with _closed():
            if dates.mode is TimeMode.RELATIVE and dates.first is not None:
                spans = tuple(sorted([*spans, *bare_years(text, spans)], key=lambda span: span.start))
            return replaced(text, spans, by_profile(known, dates, surrogates))

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        """A short string, such as a coding's display, with tags in the place of identifiers.

        The layers that don't depend on the patient are cached by text; dates become ``[DATE]``.

        Raises:
            PlummerError: as `detect`.
        """
        spans, shadow = self._phrase(text)
        with _closed():
            found = self._matcher(known).find(shadow.text)
        if found:
            spans = merge(text, [*spans, *(_known_span(shadow.origin(s, e), t, r) for s, e, t, r in found)])
        return replaced(text, spans, tag).text if spans else text

    def _phrase_uncached(self, text: str) -> tuple[tuple[Span, ...], Any]:
        # A few words have no context to judge by: of the tagger only what it is surer of counts.
        spans = tuple(s for s in self.detect(text) if not s.by.startswith("tagger.") or s.score >= _PHRASE)
        return spans, cast(text, mend=False)

    def _matcher(self, known: KnownIdentifiers) -> "KnownMatcher":
        """The known layer of the patient in hand; hashing a large record for every note would cost more."""
        if self._known is None or self._known[0] is not known:
            from plummer.deid.text.known import matcher

            self._known = (known, matcher(known))
        return self._known[1]

    def _detect(self, text: str, known: "KnownMatcher", deadline: float) -> tuple[Span, ...]:
        """Look again at what is left until nothing more is found: a second scrub must change nothing."""
        spans: tuple[Span, ...] = ()
        for _ in range(_ROUNDS):
            found = list(self._round(text, spans, known, deadline))
            if not found:
                return whole(text, spans)
            spans = merge(text, [*spans, *found])
        raise PlummerError("note_unsettled", "each look finds more; the note is not released")

    def _analyze(self, piece: str, note: "NoteArtifacts", layer: "KnownRecognizer") -> Any:  # noqa: ANN401
        """Presidio's results; no recognizer has a threshold here, so that none is looked for each time."""
        return self._analyzer.analyze(
            piece,
            "en",
            score_threshold=0.0,
            return_decision_process=True,
            ad_hoc_recognizers=[layer],
            nlp_artifacts=note,
        )

    def _round(
        self, text: str, masked: tuple[Span, ...], known: "KnownMatcher", deadline: float
    ) -> Iterator[Span]:
        from plummer.deid.recognizers.base import NoteArtifacts
        from plummer.deid.text.beside import widened
        from plummer.deid.text.completed import completed
        from plummer.deid.text.echo import echoes
        from plummer.deid.text.known import KnownRecognizer

        holes = [(s.start, s.end) for s in masked]
        written = cast(text, holes, mend=False)
        shadow = meant(written, len(text))
        if written.text != shadow.text:
            yield from (_known_span(written.origin(s, e), t, r) for s, e, t, r in known.find(written.text))
        layer = KnownRecognizer(known)
        found: list[Span] = []
        doubtful: set[int] = set()
        for start, end in windows(shadow.text):
            piece = shadow.text[start:end]
            note = NoteArtifacts(piece, deadline)
            hits = []
            for hit in self._analyze(piece, note, layer):
                by = hit.recognition_metadata["recognizer_name"]
                hits.append(Span(hit.start, hit.end, hit.entity_type, hit.score, by))
            rules = [Span(a, b, kind, _SURE, by) for a, b, kind, by in note.hits]
            found += [
                replace(span, start=start + span.start, end=start + span.end)
                for span in standing(piece, hits, rules, note.chances)
            ]
            doubtful.update(start + at for at, _, chance in note.chances if chance < _EVEN)
        found += [] if masked else settled(shadow.text, echoes(shadow.text, found, doubtful))
        for span in completed(shadow.text, widened(shadow.text, found)):
            first, last = shadow.origin(span.start, span.end)
            yield Span(first, last, span.type, round(span.score, 3), span.by)


@contextmanager
def _closed() -> Iterator[None]:
    """Any failure inside becomes a refusal of the note that tells nothing of its text."""
    try:
        yield
    except PlummerError:
        raise
    except TimeoutError:
        raise PlummerError("note_timeout", "a recognizer ran out of time; the note is not released") from None
    except Exception:
        raise PlummerError("note_engine_failed", "a recognizer failed; the note is not released") from None


def _tagger() -> Iterator[Any]:
    """The trained layer; a model that can't be loaded ends the run here (B-05)."""
    from plummer.deid.tagger.model import TaggerRecognizer

    yield TaggerRecognizer()


def _print_of(layer: Any) -> str:  # noqa: ANN401 (any Presidio recognizer)
    return str(layer.fingerprint()) if hasattr(layer, "fingerprint") else str(layer.name)


def _known_span(place: tuple[int, int], kind: str, rule: str) -> Span:
    return Span(*place, kind, 1.0, f"known.{rule}")


def _version(own: list[str], layers: list[str]) -> str:
    """Engine, Presidio, and a hash over every rule and word list."""
    presidio = installed("presidio-analyzer")
    lists = [" ".join(sorted(word_list(name))) for name in _LISTS]
    digest = hashlib.sha256("\0".join([ENGINE, presidio, *own, *layers, *lists]).encode()).hexdigest()
    return f"text-{ENGINE}+presidio-{presidio}+{digest[:12]}"
