"""The estimator: by hand, at its ends, and its intervals by simulation."""

from collections.abc import Callable

import numpy as np
import pytest

from blindspot.core.statistics import wilson
from diagnostics.causes.prediction_powered import FEWEST, mean, tuning

Estimate = tuple[float, tuple[float, float]]


@pytest.fixture
def estimate() -> Callable[..., Estimate]:
    def of(labels, predicted, others, clusters=None) -> Estimate:
        found = mean(labels, predicted, others, clusters)
        assert found is not None
        return found

    return of


def test_useless_predictions_leave_what_the_labels_say(estimate) -> None:
    labels = np.array([1.0] * 4 + [0.0] * 16)
    share, interval = estimate(labels, np.zeros(20), np.zeros(980))
    assert share == pytest.approx(0.2)
    assert interval == pytest.approx(wilson(4, 20))
    apart = np.tile([1.0, 1, 0, 0, 0], 4)
    assert estimate(labels, apart, np.tile(apart, 49))[1] == pytest.approx(wilson(4, 20))


def test_predictions_that_say_the_opposite_are_not_turned_around() -> None:
    labels = np.array([1.0] * 10 + [0.0] * 10)
    assert tuning(labels, 1 - labels, 1 - labels) == 0


def test_by_hand(estimate) -> None:
    """People say 8 of 20, predictions of those 10, of all 56 of 100; what people call so was
    predicted so. cov = .4 − .4 · .5 = .2, var = .56 · .44.
    """
    predicted = np.array([1.0] * 10 + [0.0] * 10)
    labels = predicted.copy()
    labels[:2] = 0
    others = np.array([1.0] * 46 + [0.0] * 34)
    power = 0.2 / (0.56 * 0.44)
    assert tuning(labels, predicted, np.concatenate([predicted, others])) == pytest.approx(power)
    share, (low, high) = estimate(labels, predicted, others)
    assert share == pytest.approx(0.4 + power * (0.56 - 0.5))
    # Of the residuals y − λf: 8 are 1 − λ, 2 are −λ, 10 are 0; with f's mean, and their covariance.
    residual = np.var(labels - power * predicted) / 20
    of_all = power**2 * 0.56 * 0.44 / 100
    both = 2 * power * (0.2 - power * 0.25) / 100
    # 20 samples show how far people and predictions differ, so the factor is 20/19.
    variance = (residual + of_all + both) * 20 / 19 + (power / 20) ** 2
    worth = share * (1 - share) / variance
    assert 20 < worth < 100
    assert (low, high) == pytest.approx(wilson(share * worth, worth))


def test_all_labelled_is_the_plain_mean(estimate) -> None:
    labels = np.array([1.0] * 9 + [0.0] * 21)
    share, interval = estimate(labels, labels, [])
    assert share == pytest.approx(0.3)
    assert interval == pytest.approx(wilson(9, 30), abs=0.02)


def test_right_predictions_are_worth_labels(estimate) -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(1000) < 0.4).astype(float)
    share, (low, high) = estimate(truth[:100], truth[:100], truth[100:])
    assert share == pytest.approx(truth.mean(), abs=2e-3)
    plain = wilson(truth[:100].sum(), 100)
    everything = wilson(truth.sum(), 1000)
    assert everything[1] - everything[0] < high - low < 0.6 * (plain[1] - plain[0])


def test_pictures_that_repeat_make_it_wider(estimate) -> None:
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(40), 10)
    truth = (clusters % 3 == 0).astype(float)
    order = rng.permutation(400)
    truth, clusters = truth[order], clusters[order]
    guessed = np.where(rng.random(400) < 0.8, truth, 1 - truth)
    given = (truth[:100], guessed[:100], guessed[100:])
    (share, apart), (same, together) = estimate(*given), estimate(*given, clusters)
    assert share == same
    assert together[1] - together[0] > 1.2 * (apart[1] - apart[0])


def test_a_few_labels_say_nothing() -> None:
    few = [1.0] * (FEWEST - 1)
    assert mean(few, few, [1.0] * 100) is None
    assert mean([*few, 1.0], [*few, 1.0], [1.0] * 100) is not None


@pytest.mark.parametrize("labelled", [50, 100, 200])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.97])
def test_intervals_cover(estimate, labelled: int, rate: float, accuracy: float) -> None:
    """The share among the failed samples, and the rate that they are drawn from, which Wilson's
    own interval of that many labels covers in .91 to .98 of runs.
    """
    rng = np.random.default_rng(labelled)
    there, drawn, runs = 0, 0, 800
    for _ in range(runs):
        truth = (rng.random(600) < rate).astype(float)
        guessed = np.where(rng.random(600) < accuracy, truth, 1 - truth)
        _, (low, high) = estimate(truth[:labelled], guessed[:labelled], guessed[labelled:])
        there += low <= truth.mean() <= high
        drawn += low <= rate <= high
    assert there / runs >= 0.93
    assert drawn / runs >= 0.91


def test_it_is_not_farther_off_than_labels_alone(estimate) -> None:
    rng = np.random.default_rng(1)
    powered, alone = [], []
    for _ in range(300):
        truth = (rng.random(400) < 0.3).astype(float)
        guessed = np.where(rng.random(400) < 0.85, truth, 1 - truth)
        share, _ = estimate(truth[:80], guessed[:80], guessed[80:])
        powered.append((share - truth.mean()) ** 2)
        alone.append((truth[:80].mean() - truth.mean()) ** 2)
    assert np.mean(powered) < 0.8 * np.mean(alone)
