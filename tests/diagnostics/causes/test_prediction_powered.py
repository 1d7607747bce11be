"""The estimator: by hand, at its ends, and its intervals by simulation."""

import numpy as np
import pytest

from blindspot.core.statistics import wilson
from diagnostics.causes.prediction_powered import mean, tuning


def test_useless_predictions_leave_what_the_labels_say() -> None:
    labels = [1.0] * 4 + [0.0] * 16
    found = mean(labels, [0.0] * 20, [0.0] * 980)
    assert found is not None
    rate, (low, high) = found
    assert rate == pytest.approx(0.2)
    assert (low, high) == pytest.approx(wilson(4, 20), abs=0.02)


def test_by_hand() -> None:
    """λ = 1 · 80/100: all predictions say .5, people say .1 less where both spoke."""
    predicted = np.array([1.0] * 10 + [0.0] * 10)
    labels = predicted.copy()
    labels[:2] = 0
    others = [1.0] * 40 + [0.0] * 40
    slope = np.mean((labels - 0.4) * (predicted - 0.5)) / 0.25
    power = slope * 80 / 100
    assert tuning(labels, predicted, 80) == pytest.approx(power)
    found = mean(labels, predicted, others)
    assert found is not None
    assert found[0] == pytest.approx(power * 0.5 + 0.4 - power * 0.5)


def test_right_predictions_make_the_interval_shorter() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(1000) < 0.4).astype(float)
    good = mean(truth[:60], truth[:60], truth[60:])
    none = mean(truth[:60], np.zeros(60), np.zeros(940))
    assert good is not None
    assert none is not None
    assert good[1][1] - good[1][0] < 0.6 * (none[1][1] - none[1][0])


def test_a_few_labels_say_nothing() -> None:
    assert mean([1.0] * 9, [1.0] * 9, [1.0] * 100) is None


@pytest.mark.parametrize("labelled", [20, 50, 200])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.97])
def test_intervals_cover(labelled: int, rate: float, accuracy: float) -> None:
    rng = np.random.default_rng(labelled)
    hits = 0
    for _ in range(300):
        truth = (rng.random(1000) < rate).astype(float)
        predicted = np.where(rng.random(1000) < accuracy, truth, 1 - truth)
        found = mean(truth[:labelled], predicted[:labelled], predicted[labelled:])
        assert found is not None
        hits += found[1][0] <= truth.mean() <= found[1][1]
    assert hits / 300 >= 0.91
