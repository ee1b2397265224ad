"""Clopper-Pearson against known values and its definition; the bootstrap's seed and clusters."""

import math

import numpy as np
import pytest
from evaluate_helpers import note, perfect
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.evaluate import Predicted, evaluate
from plummer.deid.evaluate.intervals import clopper_pearson, ratio_interval, weights


# Closed forms: for 0 hits the upper bound is 1 - (alpha/2)^(1/n), for n hits the lower one (alpha/2)^(1/n);
# the rest are the values that R's binom.test gives.
@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 10, 0.0, 1 - 0.025 ** (1 / 10)),
        (10, 10, 0.025 ** (1 / 10), 1.0),
        (0, 2995, 0.0, 1 - 0.025 ** (1 / 2995)),
        (8, 10, 0.4439045, 0.9747893),
        (5, 10, 0.1870860, 0.8129140),
        (1, 2, 0.01257912, 0.98742088),
    ],
)
def test_known_values(hits, trials, low, high):
    assert clopper_pearson(hits, trials) == pytest.approx((low, high), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.data())
def test_bounds_are_where_the_tails_hold_their_share(trials, data):
    hits = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    if hits:
        assert _tail(range(hits, trials + 1), trials, low) == pytest.approx(0.025, rel=1e-6)
    if hits < trials:
        assert _tail(range(hits + 1), trials, high) == pytest.approx(0.025, rel=1e-6)


def _tail(counts: range, trials: int, share: float) -> float:
    return math.fsum(
        math.exp(
            math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * math.log(share) + (trials - k) * math.log1p(-share)
        )
        for k in counts
    )  # fmt: skip


def test_bounds_stay_right_for_large_sets():
    low, high = clopper_pearson(99_000, 100_000)
    # the normal approximation is good to four digits here
    assert (low, high) == pytest.approx((0.99 - 1.96 * 3.146e-4, 0.99 + 1.96 * 3.146e-4), abs=2e-5)


def test_resamples_are_of_the_seed():
    assert (weights(20, 5, 1) == weights(20, 5, 1)).all()
    assert (weights(20, 5, 1) != weights(20, 5, 2)).any()


def test_no_interval_where_most_resamples_are_empty():
    assert ratio_interval(np.array([0.0, 1.0]), np.array([0.0, 1.0])) is None
    assert ratio_interval(np.array([]), np.array([])) is None


def test_the_bootstrap_draws_patients_where_they_are_known():
    text = "seen by Lee Oh"
    gold = [note(text, ("Lee Oh", "PATIENT"), patient=f"p{n % 2}") for n in range(40)]
    found = [perfect(one) if one.patient == "p0" else () for one in gold]
    by_patient = evaluate(gold, Predicted(found))["views"]["contract"]["token"]["recall"]
    assert (by_patient["value"], by_patient["low"], by_patient["high"]) == (0.5, 0.0, 1.0)
    alone = [note(text, ("Lee Oh", "PATIENT")) for _ in gold]
    by_note = evaluate(alone, Predicted(found))["views"]["contract"]["token"]["recall"]
    assert (by_note["low"], by_note["high"]) == pytest.approx((0.35, 0.65), abs=0.06)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    inside = 0
    for trial in range(200):
        sizes = rng.integers(1, 6, 60)
        hits = rng.binomial(sizes, 0.8)
        drawn = weights(60, 400, trial)
        low, high = ratio_interval(drawn @ hits, drawn @ sizes) or (1.0, 0.0)
        inside += low <= 0.8 <= high
    assert 178 <= inside <= 200
