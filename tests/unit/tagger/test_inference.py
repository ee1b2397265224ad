"""Our reading of a model: what CRFsuite itself says of the same weights, and what the definition says."""

import itertools
from itertools import pairwise

import numpy as np
import pycrfsuite
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.corpus.documents import documents
from plummer.deid.recognizers.base import NoteArtifacts
from plummer.deid.recognizers.registry import deterministic
from plummer.deid.tagger.chain import Chain
from plummer.deid.tagger.features import REACH, features
from plummer.deid.tagger.labels import OUTSIDE
from plummer.deid.tagger.model import hits_of
from plummer.deid.tagger.patterns import PATTERNS, SORTS, Numbers, readings, written
from plummer.deid.tagger.score import Scorer
from plummer.deid.tagger.tokens import cut
from plummer.deid.tagger.train import Reader
from plummer.deid.tagger.weights import pack, unpack
from plummer.deid.text.shadow import cast

RECOGNIZERS = deterministic()


def tokens_of(text, masked=()):
    shadow = cast(text, masked)
    note = NoteArtifacts(shadow.text)
    for recognizer in RECOGNIZERS:
        recognizer.analyze(shadow.text, [], note)
    return cut(shadow.text, hits_of(note))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small model, as CRFsuite has it and as we read it."""
    path = str(tmp_path_factory.mktemp("crf") / "model")
    trainer, reader = pycrfsuite.Trainer(verbose=False), Reader(1)
    trainer.set_params({"c1": 0.02, "max_iterations": 15})
    for document in documents("train", 40, 3):
        for rows, labels in reader.sequences(document):
            trainer.append(rows, labels)
    trainer.train(path)
    theirs = pycrfsuite.Tagger()
    theirs.open(path)
    made = theirs.info()
    return theirs, unpack(pack(made.state_features, made.transitions, theirs.labels()))


@pytest.fixture(scope="module")
def notes():
    drawn = documents("dev", 40, 7)
    plain = [tokens_of(note.text) for note in drawn]
    return plain + [tokens_of(note.text, [(s.start, s.end) for s in note.spans[::2]]) for note in drawn]


ODD = [
    "|",
    "||",
    "a | b",
    "Jane | Doe | MRN | 12",
    "x",
    "[NAME] | [DATE]",
    "\u2400",
    "𐩀 ² Ⅷ",
    "|\n|\n\n|",
    "Dr.|Lee|",
]


def same(theirs, weights, tokens):
    ranges = [*pairwise(tokens.cuts)]
    chain, scores = Chain(weights.steps), Scorer(weights).scores(tokens.atoms, ranges)
    paths, marginals = chain.best(scores), chain.marginals(scores)
    for (start, end), path, chances in zip(ranges, paths, marginals, strict=True):
        assert [weights.labels[at] for at in path] == theirs.tag(features(tokens.atoms, start, end))
        for column, label in enumerate(weights.labels):
            expected = [theirs.marginal(label, at) for at in range(end - start)]
            assert np.allclose(chances[:, column], expected, atol=1e-4)


def test_notes_get_the_labels_and_probabilities_that_crfsuite_gives(trained, notes):
    for tokens in notes:
        same(*trained, tokens)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_bars_marks_and_masks_too(trained, text):
    same(*trained, tokens_of(text))


def test_what_was_forgotten_is_worked_out_again(trained, notes):
    weights = trained[1]
    small, large = Scorer(weights, kept=4_000), Scorer(weights)
    for tokens in notes:
        ranges = [*pairwise(tokens.cuts)]
        both = zip(small.scores(tokens.atoms, ranges), large.scores(tokens.atoms, ranges), strict=True)
        assert all(np.array_equal(a, b) for a, b in both)


MATRIX = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.floats(-6, 6), min_size=3, max_size=3), min_size=n, max_size=n)
)


@settings(max_examples=100, deadline=None)
@given(st.lists(MATRIX, min_size=1, max_size=4), st.lists(st.floats(-4, 4), min_size=9, max_size=9))
def test_marginals_and_best_path_are_those_of_all_paths(sequences, steps):
    steps = np.array(steps).reshape(3, 3)
    scores = [np.array(one) for one in sequences]
    chain = Chain(steps)
    for one, marginals, best in zip(scores, chain.marginals(scores), chain.best(scores), strict=True):
        paths = [*itertools.product(range(3), repeat=len(one))]
        sums = np.array(
            [
                sum(one[at, y] for at, y in enumerate(p)) + sum(steps[a, b] for a, b in pairwise(p))
                for p in paths
            ]
        )
        weight = np.exp(sums - sums.max())
        for at, label in itertools.product(range(len(one)), range(3)):
            share = sum(w for w, p in zip(weight, paths, strict=True) if p[at] == label) / weight.sum()
            assert marginals[at, label] == pytest.approx(share, abs=1e-9)
        assert sums[paths.index(tuple(best))] == pytest.approx(sums.max(), abs=1e-9)


def test_a_long_sequence_stays_within_a_float():
    scores = np.tile(np.array([[-40.0, 40.0], [40.0, -40.0]]), (500, 1))
    chances = Chain(np.array([[30.0, -30.0], [-30.0, 30.0]])).marginals([scores])[0]
    assert np.isfinite(chances).all()
    assert np.allclose(chances.sum(axis=1), 1)


WORD = st.sampled_from(["", "|", "a", "xx", "Xx", "N", "sX", "é", "12"])


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({sort: st.lists(WORD, min_size=7, max_size=7) for sort in "FKWC"}), st.data())
def test_a_written_feature_is_read_as_what_it_was_made_of(columns, data):
    gap = st.sampled_from(["", "s", "S", "N", "B"])
    columns["G"] = data.draw(st.lists(gap, min_size=7, max_size=7))
    numbers = Numbers({sort: sorted({*columns[sort]}) for sort in SORTS})
    ids = {sort: np.array([numbers.ids[sort][one] for one in columns[sort]]) for sort in SORTS}
    for feature, number in zip(written(columns, REACH), numbers.at(ids)[:, 0], strict=True):
        read = [*readings(feature)]
        made = tuple(
            columns[part[0]][REACH + int(part[1:])]
            for part in PATTERNS[feature.partition("=")[0]]
            if part != "|"
        )
        assert made in read
        assert numbers.of(feature.partition("=")[0], made) == number


def test_no_two_features_of_a_vocabulary_have_the_same_number():
    numbers = Numbers({sort: ["x", "y"] for sort in SORTS})
    sizes = {name: sum(part != "|" for part in parts) for name, parts in PATTERNS.items()}
    every = [
        numbers.of(name, parts) for name, n in sizes.items() for parts in itertools.product("xy", repeat=n)
    ]
    assert len(set(every)) == len(every)


def test_too_large_a_vocabulary_is_refused():
    words = [str(at) for at in range(20_000)]
    with pytest.raises(ValueError, match="64 bits"):
        Numbers(dict.fromkeys(SORTS, words))


def test_the_mask_is_nothing_that_training_calls_an_identifier():
    tokens, labels = Reader(1).labelled(next(iter(documents("train", 5, 3))), [(0, 4)])
    assert tokens.atoms[0][0] == "\u2400"
    assert labels[0] == OUTSIDE
