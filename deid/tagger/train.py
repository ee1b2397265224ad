"""Training: from the generator's notes to the model file; the same code and lists give the same model.

``make model`` runs this. A conditional random field (python-crfsuite, MIT) with L-BFGS on one core.
"""

import argparse
import hashlib
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pycrfsuite

from plummer.deid.corpus.documents import Document, documents
from plummer.deid.recognizers.base import NoteArtifacts
from plummer.deid.recognizers.registry import deterministic
from plummer.deid.tagger.features import features
from plummer.deid.tagger.labels import OUTSIDE, token_labels
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.tagger.model import MODEL, hits_of
from plummer.deid.tagger.tokens import MASK, Tokens, cut
from plummer.deid.tagger.weights import pack
from plummer.deid.text.shadow import cast

HERE: Final = Path(__file__).parent
LEXICON: Final = "lexicon.tsv.gz"
#: Trainings whose mean is the model.
PARTS: Final = 3
#: Weight of a feature, or a label, and a label.
Weighed = dict[tuple[str, str], float]
_FORGOTTEN_NAMES: Final = 0.3
_FORGOTTEN_WORDS: Final = 0.02


class Reader:
    """Notes to sequences of features and labels, seen through the deterministic recognizers as in use."""

    def __init__(self, seed: int) -> None:
        self._recognizers = deterministic()
        self._rng = random.Random(f"reader:{seed}")  # noqa: S311 (made-up text, not keys)

    def sequences(self, document: Document) -> Iterator[tuple[list[list[str]], list[str]]]:
        """The document as it is; some also with identifiers already taken out."""
        yield from self._of(document, ())
        roll = self._rng.random()
        if roll < 0.12:
            yield from self._of(document, [(s.start, s.end) for s in document.spans])
        elif roll < 0.2:
            half = [s for s in document.spans if self._rng.random() < 0.7]
            yield from self._of(document, [(s.start, s.end) for s in half])

    def _of(
        self, document: Document, masked: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[list[list[str]], list[str]]]:
        tokens, labels = self.labelled(document, masked, forget=True)
        for start, end in zip(tokens.cuts, tokens.cuts[1:], strict=False):
            yield features(tokens.atoms, start, end), labels[start:end]

    def labelled(
        self, document: Document, masked: Sequence[tuple[int, int]] = (), forget: bool = False
    ) -> tuple[Tokens, list[str]]:
        """Tokens of the shadow and their labels."""
        shadow = cast(document.text, masked)
        note = NoteArtifacts(shadow.text)
        for recognizer in self._recognizers:
            recognizer.analyze(shadow.text, [], note)
        tokens = cut(shadow.text, hits_of(note))
        gone = set(masked)
        spans = [(s.start, s.end, s.type) for s in document.spans if (s.start, s.end) not in gone]
        labels = token_labels([shadow.origin(*place) for place in tokens.places], spans)
        labels = [
            OUTSIDE if atom[0] == MASK else label for atom, label in zip(tokens.atoms, labels, strict=True)
        ]
        if forget:
            tokens = cut(shadow.text, hits_of(note), self._forgetful(tokens, labels))
        return tokens, labels

    def _forgetful(self, tokens: Tokens, labels: Sequence[str]) -> list[str]:
        """The flags with some words unknown: what no list holds must be found by its place and form."""
        known = lexicon()
        lost: dict[str, bool] = {}
        flags = []
        for atom, label in zip(tokens.atoms, labels, strict=True):
            word = atom[0].lower()
            if word not in lost:
                lost[word] = self._rng.random() < (
                    _FORGOTTEN_NAMES if label in {"NAME", "ORG", "CITY", "STREET"} else _FORGOTTEN_WORDS
                )
            flags.append("" if lost[word] else known.get(word, ""))
        return flags


def train(out: Path, count: int, seed: int, iterations: int, parts: int = PARTS) -> dict[str, Any]:
    """Write the model file: the mean of the weights of some trainings, each on notes of its own.

    The loss is convex, so that trainings on other notes of the same kind end near one another; their mean has
    less of each one's chance (Mann et al., Efficient Large-Scale Distributed Training of Conditional Maximum
    Entropy Models, NIPS 2009), and costs nothing to read with.

    Args:
        out: the file.
        count: notes to train on, in each part.
        seed: of the first part's notes; the next has the next.
        iterations: of L-BFGS, at most.
        parts: trainings; they run side by side, of 2.5 GB each.
    """
    begun = time.monotonic()
    with ProcessPoolExecutor(parts, get_context("spawn")) as pool:
        trained = [*pool.map(partial(_part, count, iterations), range(seed, seed + parts))]
    data = pack(
        _mean([one.state for one in trained]), _mean([one.steps for one in trained]), trained[0].labels
    )
    out.write_bytes(data)
    return {
        "tokens": sum(one.tokens for one in trained),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "seconds": round(time.monotonic() - begun),
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """What one training found."""

    tokens: int
    state: Weighed
    steps: Weighed
    labels: list[str]


def _part(count: int, iterations: int, seed: int) -> _Part:
    begun, reader, tokens = time.monotonic(), Reader(seed), 0
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for document in documents("train", count, seed):
        for rows, labels in reader.sequences(document):
            trainer.append(rows, labels)
            tokens += len(labels)
    trainer.set_params(
        {
            "c1": 0.1,
            "c2": 0.02,
            "max_iterations": iterations,
            "feature.minfreq": 4,
            "num_memories": 4,
            "period": 10,
            "delta": 1e-4,
        }
    )
    sys.stderr.write(f"seed {seed}: {tokens} tokens in {time.monotonic() - begun:.0f} s\n")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        made = tagger.info()
        return _Part(tokens, dict(made.state_features), dict(made.transitions), tagger.labels())


def _mean(parts: Sequence[Weighed]) -> Weighed:
    """The mean of weights; one that isn't there is nought.

    Example:
        >>> _mean([{("a", "O"): 1.0}, {("a", "O"): 2.0, ("b", "O"): 1.0}])
        {('a', 'O'): 1.5, ('b', 'O'): 0.5}
    """
    summed: defaultdict[tuple[str, str], float] = defaultdict(float)
    for part in parts:
        for key, weight in part.items():
            summed[key] += weight
    return {key: weight / len(parts) for key, weight in sorted(summed.items())}


def main() -> None:
    """The command line of ``make model``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=HERE / MODEL)
    parser.add_argument("--count", type=int, default=17000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=75)
    parser.add_argument("--parts", type=int, default=PARTS)
    options = parser.parse_args()
    made = train(options.out, options.count, options.seed, options.iterations, options.parts)
    sys.stdout.write(f"{made}\n")
    if options.out == HERE / MODEL:
        state(HERE / "CARD.md")


def state(card: Path) -> None:
    """Write the hashes of model and lexicon into the card."""
    text = card.read_text(encoding="utf-8")
    for name in (MODEL, LEXICON):
        digest = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        text = re.sub(rf"(`{re.escape(name)}` sha256 `)[0-9a-f]*`", rf"\g<1>{digest}`", text)
    card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
