"""Intervals of shares among samples that share pictures: at their ends, and by simulation."""

import numpy as np
import pytest

from blindspot.core.statistics import wilson
from diagnostics.causes.worth import interval


def of(values, clusters) -> tuple[float, float]:
    x = np.asarray(values, dtype=float)
    return interval(float(x.mean()), (x - x.mean()) / len(x), np.asarray(clusters), len(x))


@pytest.mark.parametrize(("passed", "n"), [(3, 10), (0, 20), (40, 40), (1, 1), (17, 900)])
def test_wilson_where_nothing_is_shared(passed: int, n: int) -> None:
    values = [1.0] * passed + [0.0] * (n - passed)
    assert of(values, np.arange(n)) == pytest.approx(wilson(passed, n), abs=1e-12)


def test_clusters_that_say_one_thing_count_once() -> None:
    """Forty clusters of five: the variance is that of forty samples · 40/39, t has 39 degrees of
    freedom, 2.0227 against 1.9600.
    """
    clusters = np.repeat(np.arange(40), 5)
    worth = 40 * (1.959964 / 2.022691) ** 2
    assert of(clusters % 2, clusters) == pytest.approx(wilson(worth / 2, worth), abs=1e-6)


def test_no_variance_is_not_no_doubt() -> None:
    clusters = np.repeat(np.arange(10), 10)
    low, high = of(np.zeros(100), clusters)
    assert low == 0
    assert high > wilson(0, 10)[1]


def test_one_cluster_says_next_to_nothing() -> None:
    low, high = of([1, 1, 0, 0], [0, 0, 0, 0])
    assert low < 0.02
    assert high > 0.98


@pytest.mark.parametrize("count", [8, 20, 80])
@pytest.mark.parametrize("rate", [0.03, 0.3])
@pytest.mark.parametrize("shared", [0.1, 0.4])
def test_intervals_cover(count: int, rate: float, shared: float) -> None:
    """Pictures with 1 … 10 samples; outcomes within a picture correlate by `shared`."""
    rng = np.random.default_rng(count)
    spread = (1 - shared) / shared
    hits, draws = 0, 400
    for _ in range(draws):
        sizes = rng.choice([1, 2, 5, 10], count)
        rates = np.repeat(rng.beta(rate * spread, (1 - rate) * spread, count), sizes)
        low, high = of(rng.random(len(rates)) < rates, np.repeat(np.arange(count), sizes))
        hits += low <= rate <= high
    assert hits / draws >= 0.90
