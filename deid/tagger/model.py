"""The tagger in Presidio's form: a conditional random field over what features say of each token."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, ClassVar, Final

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.tagger.bar import bars
from plummer.deid.tagger.chain import Chain
from plummer.deid.tagger.labels import OUTSIDE, TYPES
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.tagger.patterns import REACH
from plummer.deid.tagger.score import Scorer
from plummer.deid.tagger.small import BESIDE, counting
from plummer.deid.tagger.tokens import Atom, Hit, Tokens, cut
from plummer.deid.tagger.weights import Floats, Weights, unpack
from plummer.schemas.errors import ExitCode, PlummerError

MODEL: Final = "model.npz"
#: From this probability of being an identifier on an ordinary token is reported; else see `bar`, `small`.
THRESHOLD: Final = 0.09
_MEMORY: Final = 4096
#: Label and probability of each token.
Tags = list[tuple[str, float]]
_JOIN: Final = re.compile(r"[ \t]*\n?[ \t]*")


def hits_of(note: NoteArtifacts) -> list[Hit]:
    """What the recognizers found, in the form that `cut` takes."""
    return [(start, end, f"{kind[:4]}.{rule}") for start, end, kind, rule in sorted(note.hits)]


@lru_cache(maxsize=1)
def _bytes() -> bytes:
    return (files("plummer.deid.tagger") / MODEL).read_bytes()


def load(data: bytes | None = None) -> Weights:
    """Open the model.

    Args:
        data: the model file's bytes; the packaged ones by default.

    Raises:
        PlummerError: ``model_missing`` when there is none or it can't be read: the run stops, since
            without the tagger notes would go out less well scrubbed than the report says (B-05).
    """
    try:
        return unpack(_bytes() if data is None else data)
    except Exception:
        raise PlummerError(
            "model_missing",
            "the tagger's model can't be loaded; install plummer again, or run `make model`",
            ExitCode.MISSING_COMPONENT,
        ) from None


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
        weights = load(data)
        self._labels, self._scorer, self._chain = weights.labels, Scorer(weights), Chain(weights.steps)
        self._digest = hashlib.sha256(_bytes() if data is None else data).hexdigest()
        self._seen: dict[tuple[Any, ...], Tags] = {}
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
        note.check_deadline()
        tags = list(self._tags(tokens))
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

    def _tags(self, tokens: Tokens) -> Iterator[tuple[str, float]]:
        """Label and probability of each token; a second look at the same words is free."""
        atoms = tokens.atoms
        keys = {(start, end): _key(atoms, start, end) for start, end in pairwise(tokens.cuts)}
        new = [place for place, key in keys.items() if key not in self._seen]
        if len(self._seen) + len(new) > _MEMORY:
            self._seen.clear()
            new = [*keys]
        if new:
            self._seen |= zip((keys[place] for place in new), self._decided(atoms, new), strict=True)
        for key in keys.values():
            yield from self._seen[key]

    def _decided(self, atoms: Sequence[Atom], places: Sequence[tuple[int, int]]) -> list[Tags]:
        scores = self._scorer.scores(atoms, places)
        judged = [
            _Judged(atoms[start:end], self._threshold, marginals)
            for (start, end), marginals in zip(places, self._chain.marginals(scores), strict=True)
        ]
        likely = [at for at, one in enumerate(judged) if one.likely]
        paths = self._chain.best([scores[at] for at in likely]) if likely else []
        found = {at: judged[at].tags(path, self._labels) for at, path in zip(likely, paths, strict=True)}
        return [found.get(at) or one.nothing() for at, one in enumerate(judged)]


class _Judged:
    """The tokens of a segment with the chance of each to be an identifier, and what it must reach."""

    def __init__(self, atoms: Sequence[Atom], threshold: float, marginals: Floats) -> None:
        self._atoms, self._marginals = atoms, marginals
        self._chances: list[float] = (1.0 - marginals[:, 0]).clip(min=0.0).tolist()
        self._bars = bars(atoms, threshold)
        self._near = [
            chance >= min(needed, BESIDE) for chance, needed in zip(self._chances, self._bars, strict=True)
        ]
        self.likely = any(self._near)  # else no label would count, whatever it is

    def nothing(self) -> Tags:
        return [(OUTSIDE, chance) for chance in self._chances]

    def tags(self, path: Sequence[int], names: Sequence[str]) -> Tags:
        """By the best path; the likeliest label but none where that has none and one may count."""
        inside = (self._marginals[:, 1:].argmax(axis=1) + 1).tolist()
        labels = [
            names[other if best == 0 and near else best]
            for best, other, near in zip(path, inside, self._near, strict=True)
        ]
        counts = counting(self._atoms, labels, self._chances, self._bars)
        return [
            (label, min(round(chance, 3), 0.99)) if counted else (OUTSIDE, chance)
            for label, chance, counted in zip(labels, self._chances, counts, strict=True)
        ]


def _key(atoms: Sequence[Atom], start: int, end: int) -> tuple[Any, ...]:
    """All that the tags of a segment depend on."""
    low = max(start - REACH, 0)
    return (start - low, end - low, *atoms[low : end + REACH])
