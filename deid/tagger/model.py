"""The tagger in Presidio's form: a conditional random field over what features say of each token."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, ClassVar, Final

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.tagger.bar import bar
from plummer.deid.tagger.features import REACH, features
from plummer.deid.tagger.labels import OUTSIDE, TYPES
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.tagger.small import BESIDE, counting
from plummer.deid.tagger.tokens import Atom, Hit, Tokens, cut
from plummer.schemas.errors import ExitCode, PlummerError

MODEL: Final = "model.crfsuite"
#: From this probability of being an identifier on an ordinary token is reported; else see `bar`, `small`.
THRESHOLD: Final = 0.12
_MEMORY: Final = 4096
_JOIN: Final = re.compile(r"[ \t]*\n?[ \t]*")


def hits_of(note: NoteArtifacts) -> list[Hit]:
    """What the recognizers found, in the form that `cut` takes."""
    return [(start, end, f"{kind[:4]}.{rule}") for start, end, kind, rule in sorted(note.hits)]


@lru_cache(maxsize=1)
def _bytes() -> bytes:
    return (files("plummer.deid.tagger") / MODEL).read_bytes()


def load(data: bytes | None = None) -> Any:  # noqa: ANN401 (python-crfsuite has no types)
    """Open the model.

    Args:
        data: the model file's bytes; the packaged ones by default.

    Raises:
        PlummerError: ``model_missing`` when there is none or it can't be read: the run stops, since
            without the tagger notes would go out less well scrubbed than the report says (B-05).
    """
    try:
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(_bytes() if data is None else data)
        if OUTSIDE not in tagger.labels():
            raise ValueError
    except Exception:
        raise PlummerError(
            "model_missing",
            "the tagger's model can't be loaded; install plummer again, or run `make model`",
            ExitCode.MISSING_COMPONENT,
        ) from None
    return tagger


class TaggerRecognizer(NoteRecognizer):
    """Identifiers by their look and place; comes last, and takes the recognizers' findings as evidence.

    Args:
        threshold: probability from which a token is reported.
        data: the bytes of another model.
    """

    NAME: ClassVar[str] = "tagger"
    ENTITY: ClassVar[str] = "NAME"

    def __init__(self, threshold: float = THRESHOLD, data: bytes | None = None) -> None:
        self._threshold = threshold
        self._data = data  # the model is read in place, so its bytes must live as long
        self._tagger = load(data)
        self._labels = [label for label in self._tagger.labels() if label != OUTSIDE]
        self._digest = hashlib.sha256(_bytes() if data is None else data).hexdigest()
        self._seen: dict[tuple[Any, ...], list[tuple[str, float]]] = {}
        lexicon()
        super().__init__()

    def fingerprint(self) -> str:
        """The model's hash and the threshold."""
        return repr((self.NAME, self._digest, self._threshold))

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Runs of tokens of one label, as spans of the label's type."""
        note = nlp_artifacts if isinstance(nlp_artifacts, NoteArtifacts) else NoteArtifacts(text)
        results = []
        for start, end, label, score in self.runs(note):
            result = self.result(start, end, score, label.lower())
            result.entity_type = TYPES[label]
            results.append(result)
        return results

    def runs(self, note: NoteArtifacts) -> Iterator[tuple[int, int, str, float]]:
        """Start, end, label and probability of every run of tokens of one label."""
        tokens = cut(note.text, hits_of(note))
        tags = list(self._tags(tokens, note))
        note.chances = [(*place, chance) for place, (_, chance) in zip(tokens.places, tags, strict=True)]
        current: tuple[int, int, str, float] | None = None
        for (start, end), (label, score) in zip(tokens.places, tags, strict=True):
            if current is not None and label == current[2] and _JOIN.fullmatch(note.text, current[1], start):
                current = (current[0], end, label, max(score, current[3]))
                continue
            if current is not None:
                yield current
            current = None if label == OUTSIDE else (start, end, label, score)
        if current is not None:
            yield current

    def _tags(self, tokens: Tokens, note: NoteArtifacts) -> Iterator[tuple[str, float]]:
        for start, end in zip(tokens.cuts, tokens.cuts[1:], strict=False):
            note.check_deadline()
            yield from self._segment(tokens.atoms, start, end)

    def _segment(self, atoms: Sequence[Atom], start: int, end: int) -> list[tuple[str, float]]:
        """Label and probability of each token of a segment; a second look at the same words is free."""
        low = max(start - REACH, 0)
        key = (start - low, end - low, *atoms[low : end + REACH])
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _MEMORY:
                self._seen.clear()
            found = self._seen[key] = self._decided(features(atoms, start, end), atoms[start:end])
        return found

    def _decided(self, rows: list[list[str]], atoms: Sequence[Atom]) -> list[tuple[str, float]]:
        tagger = self._tagger
        best = tagger.tag(rows)
        chances = [1.0 - tagger.marginal(OUTSIDE, at) for at in range(len(atoms))]
        bars = [bar(atom, self._threshold) for atom in atoms]
        labels = [
            self._likeliest(at) if label == OUTSIDE and chance >= min(needed, BESIDE) else label
            for at, (label, chance, needed) in enumerate(zip(best, chances, bars, strict=True))
        ]
        counts = counting(atoms, labels, chances, bars)
        return [
            (label, min(round(chance, 3), 0.99)) if counted else (OUTSIDE, chance)
            for label, chance, counted in zip(labels, chances, counts, strict=True)
        ]

    def _likeliest(self, at: int) -> str:
        """The likeliest label of a token but none."""
        return str(max(self._labels, key=lambda label: float(self._tagger.marginal(label, at))))
