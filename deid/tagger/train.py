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
from collections.abc import Iterator, Sequence
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
from plummer.deid.tagger.tokens import Tokens, cut
from plummer.deid.text.shadow import cast

HERE: Final = Path(__file__).parent
LEXICON: Final = "lexicon.tsv.gz"
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
            OUTSIDE if atom[0] == "\x00" else label for atom, label in zip(tokens.atoms, labels, strict=True)
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


def train(out: Path, count: int, seed: int, iterations: int) -> dict[str, Any]:
    """Write the model file.

    Args:
        out: the file.
        count: notes to train on.
        seed: of the notes.
        iterations: of L-BFGS, at most.
    """
    begun = time.monotonic()
    reader = Reader(seed)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    tokens = 0
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
    sys.stderr.write(f"{tokens} tokens in {time.monotonic() - begun:.0f} s\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        data = path.read_bytes()
    out.write_bytes(data)
    return {
        "tokens": tokens,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "seconds": round(time.monotonic() - begun),
    }


def main() -> None:
    """The command line of ``make model``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=HERE / MODEL)
    parser.add_argument("--count", type=int, default=17000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=75)
    options = parser.parse_args()
    sys.stdout.write(f"{train(options.out, options.count, options.seed, options.iterations)}\n")
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
