"""The training and the development text share nothing, and their spans are right."""

import random
import re

import pytest

from plummer.deid.corpus.compose import MADE
from plummer.deid.corpus.documents import digest, documents, name_words, noisy
from plummer.deid.corpus.noise import NOISES
from plummer.deid.corpus.people import development_names, invented, parts, training_names
from plummer.deid.corpus.places import in_split
from plummer.deid.corpus.slots import Scene
from plummer.deid.corpus.write import styles, written
from plummer.deid.synth.notes import STYLES
from plummer.deid.text import TYPES


def test_training_and_development_share_no_style_and_no_name():
    train, dev = digest("train"), digest("dev")
    assert not set(train) & (set(dev) - {"names"})
    assert not set(train.values()) & set(dev.values())
    assert not name_words("train") & name_words("dev")
    assert len(name_words("train")) > 5_000
    assert len(name_words("dev")) > 500


def test_there_are_many_styles():
    train, dev = set(styles("train")), set(styles("dev"))
    assert len(train) >= 140
    assert not train & set(MADE)
    assert len(dev | set(STYLES)) >= 30
    assert not train & set(STYLES)


def test_a_town_is_in_one_split():
    towns = ["Boston", "Chicago", "Fargo", "Duluth", "Ames", "Reno", "Provo", "Salem", "Mesa", "Tulsa"]
    assert all(in_split(town, "train") != in_split(town, "dev") for town in towns)


@pytest.mark.parametrize("split", ["train", "dev"])
def test_every_style_is_filled_and_every_span_says_what_was_planted(split):
    names = training_names() if split == "train" else development_names()
    for style, template in styles(split).items():
        for seed in range(3):
            pieces = written(template, Scene(random.Random(seed), names, split))
            whole = noisy("x", style, "none", pieces, random.Random(seed))
            assert "{" not in whole.text.replace("{{", ""), style
            planted = "".join(p.text for p in pieces if p.type)
            assert "".join(whole.text[s.start : s.end] for s in whole.spans) == planted, style
            assert {s.type for s in whole.spans} <= set(TYPES), style


@pytest.mark.parametrize("made", sorted(MADE))
def test_a_style_made_for_one_note_is_filled(made):
    shapes = set()
    for seed in range(60):
        rng = random.Random(seed)
        template = MADE[made](rng)
        shapes.add(template)
        pieces = written(template, Scene(rng, training_names(), "train"))
        whole = noisy("x", made, "none", pieces, rng)
        assert not re.search(r"\{[a-z0-9_.]+\}|~\d", whole.text)
        assert {s.type for s in whole.spans} <= set(TYPES)
    assert len(shapes) > (5 if made == "asked" else 55)


def test_a_poor_note_has_hardly_an_identifier():
    found = words = 0
    for seed in range(60):
        rng = random.Random(seed)
        pieces = written(MADE["poor_made"](rng), Scene(rng, training_names(), "train"))
        found += sum(len(p.text.split()) for p in pieces if p.type)
        words += sum(len(p.text.split()) for p in pieces)
    assert words > 2_000
    assert found < 0.01 * words


def test_development_text_takes_nothing_from_the_lists_of_training():
    """What institutions are called in training alone must not make the development notes easier."""
    own = {one for kind in ("adjectives2", "institutions2", "bare_orgs2") for one in parts(kind)}
    shared = {one for kind in ("adjectives", "institutions", "bare_orgs") for one in parts(kind)}
    alone = {one for one in own - shared if len(one) > 9 and " " in one}
    said = {s for d in documents("dev", 60, 3) for s in (d.text[g.start : g.end] for g in d.spans)}
    assert len(alone) > 60
    assert not said & alone


def test_an_invented_name_is_no_name_of_the_development_split():
    rng = random.Random(8)
    own = {name.casefold() for names in development_names().table.values() for name in names}
    assert not {invented(rng).casefold() for _ in range(3_000)} & own


@pytest.mark.parametrize("noise", sorted(NOISES))
def test_spans_survive_noise(noise):
    table = styles("train")
    for number, style in enumerate(sorted(table)):
        rng = random.Random(number)
        pieces = written(table[style], Scene(rng, training_names()))
        document = noisy("x", style, noise, pieces, rng)
        ends = 0
        for span in document.spans:
            assert ends <= span.start < span.end <= len(document.text)
            ends = span.end
        assert len(document.spans) >= 0.9 * sum(bool(p.type and p.text.strip()) for p in pieces)


def test_the_same_seed_writes_the_same_notes():
    first = [(d.text, d.spans) for d in documents("train", 20, 5)]
    assert first == [(d.text, d.spans) for d in documents("train", 20, 5)]
    assert first != [(d.text, d.spans) for d in documents("train", 20, 6)]


def test_development_names_are_of_sixteen_origins():
    assert len(development_names().origins) >= 16
    assert {"somali", "hmong"} <= set(development_names().origins)
    assert len(training_names().origins) >= 30
