# ruff: noqa: E501 (notes are easier to read on one line)
"""The tagger: loads, is what the card says, stops the run when it can't be loaded, and finds."""

import hashlib
import time
from importlib.resources import files
from itertools import pairwise

import pytest

from plummer.deid.corpus.documents import documents
from plummer.deid.recognizers.base import NoteArtifacts
from plummer.deid.tagger import model
from plummer.deid.tagger.features import features
from plummer.deid.tagger.model import MODEL, TaggerRecognizer
from plummer.deid.tagger.tokens import cut
from plummer.deid.text import TextEngine
from plummer.schemas.errors import ExitCode, PlummerError

HERE = files("plummer.deid.tagger")


@pytest.fixture(scope="module")
def tagger():
    return TaggerRecognizer()


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


def test_the_model_is_small_and_is_the_one_of_the_card():
    data = (HERE / MODEL).read_bytes()
    assert len(data) + len((HERE / "lexicon.tsv.gz").read_bytes()) <= 20 * 1024 * 1024
    card = (HERE / "CARD.md").read_text(encoding="utf-8")
    assert hashlib.sha256(data).hexdigest() in card
    assert hashlib.sha256((HERE / "lexicon.tsv.gz").read_bytes()).hexdigest() in card


def test_it_loads_in_seconds():
    started = time.process_time()
    TaggerRecognizer()
    assert time.process_time() - started < 3


@pytest.mark.parametrize("data", [b"", b"lCRF not a model", b"\x00" * 4096])
def test_b05_a_model_that_cannot_be_loaded_stops_the_run(data, monkeypatch):
    monkeypatch.setattr(model, "_bytes", lambda: data)
    with pytest.raises(PlummerError) as caught:
        TextEngine()
    assert (caught.value.code, caught.value.exit_code) == ("model_missing", ExitCode.MISSING_COMPONENT)


def test_b05_a_missing_model_stops_the_run(monkeypatch):
    def missing():
        raise FileNotFoundError

    monkeypatch.setattr(model, "_bytes", missing)
    with pytest.raises(PlummerError, match="model_missing"):
        TextEngine()


def test_the_engine_without_it_is_asked_for_by_name():
    assert not any(s.by.startswith("tagger.") for s in TextEngine(layers=()).detect("seen by Okonkwo, RN"))


def test_every_token_has_a_place_and_segments_cover_all():
    for document in documents("dev", 20, 4):
        tokens = cut(document.text)
        assert tokens.cuts[0] == 0
        assert tokens.cuts[-1] == len(tokens.atoms)
        assert all(a < b for a, b in pairwise(tokens.cuts))
        assert all(a[1] <= b[0] for a, b in pairwise(tokens.places))
        assert all(
            document.text[s:e] == atom[0] for (s, e), atom in zip(tokens.places, tokens.atoms, strict=True)
        )


def test_features_of_a_segment_do_not_depend_on_what_is_far_away():
    """What lets a segment's tags be kept for a second look."""
    text = "seen by Okonkwo at Elm Clinic today . " * 12
    atoms = cut(text).atoms
    assert features(atoms, 20, 40) == features(atoms[17:43], 3, 23)


def test_a_second_look_is_the_same_as_the_first(tagger):
    note = NoteArtifacts("Hi Dr. Okonkwo, its Fadumo. Call 555-0143. Seen at Elm Creek Clinic on 3/4/19.")
    assert list(tagger.runs(note)) == list(tagger.runs(note)) != []


def test_unseen_styles_and_names_are_found(engine):
    """A floor under the published figures (bench/text.md), on 100 notes of styles and names not trained on."""
    right = missed = wrong = 0
    for document in documents("dev", 100, 1907):
        gold = {i for s in document.spans for i in range(s.start, s.end)}
        beside = {i for s in document.beside for i in range(s.start, s.end)}
        found = {i for s in engine.detect(document.text) for i in range(s.start, s.end)}
        for start, end in cut(document.text).places:
            if not document.text[start:end].isalnum() or start in beside:
                continue
            right += start in gold and start in found
            missed += start in gold and start not in found
            wrong += start not in gold and start in found
    assert right + missed > 3_000
    assert right / (right + missed) >= 0.96
    assert right / (right + wrong) >= 0.93


@pytest.mark.slow
def test_training_again_gives_the_same_bytes(tmp_path):
    from plummer.deid.tagger.train import train

    made = [train(tmp_path / name, 40, 3, 8, 2)["sha256"] for name in ("a", "b")]
    assert made[0] == made[1]
