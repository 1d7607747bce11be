"""The tail of a rare outcome, against exact distributions."""

import numpy as np
import pytest
from scipy.stats import hypergeom, norm

from diagnostics.slices.counts import Counts
from diagnostics.slices.skewed_tail import skewed_below_p

Strata = list[tuple[int, int, int]]
"""Samples, failures and the slice's samples of each benchmark."""


def exact(strata: Strata, failures: int) -> float:
    """P(at least so many in the slice), by convolution."""
    mass = np.ones(1)
    for total, wrong, n in strata:
        mass = np.convolve(mass, hypergeom.pmf(np.arange(n + 1), total, wrong, n))
    return float(mass[failures:].sum())


def approximate(strata: Strata, failures: int, effect: float = 1.0) -> float:
    """All of the slice's failures put down to the first benchmark: only their sum counts."""
    n = np.array([[s for _, _, s in strata]], dtype=float)
    failed = np.zeros_like(n)
    failed[0, 0] = failures
    total = np.array([t for t, _, _ in strata], dtype=float)
    right = np.array([t - w for t, w, _ in strata], dtype=float)
    return float(skewed_below_p(Counts(n, n - failed, total, right), np.array([effect]))[0])


@pytest.mark.parametrize(
    ("strata", "failures"),
    [
        ([(1000, 30, 20), (500, 10, 15)], range(2, 7)),
        ([(4500, 100, 15)], range(2, 5)),
        ([(400, 200, 40), (1000, 700, 60)], range(60, 85)),
        ([(400, 340, 40)], range(34, 41)),
        ([(300, 60, 30), (300, 240, 30)], range(28, 46)),
    ],
)
def test_near_the_exact_tail_and_never_far_below(strata: Strata, failures: range):
    for k in failures:
        assert 0.93 * exact(strata, k) <= approximate(strata, k) <= 4 * exact(strata, k)


def test_rare_failures_are_no_longer_certain():
    strata = [(4500, 100, 15)]
    mean, spread = 15 * 100 / 4500, hypergeom.std(4500, 100, 15)
    normal = norm.sf((4 - mean - 0.5) / spread)
    assert normal < 1e-6
    assert approximate(strata, 4) > 1e-4


def test_a_design_effect_weakens_it_and_a_whole_benchmark_has_no_rest():
    strata = [(1000, 100, 50)]
    assert approximate(strata, 12, 4.0) > 3 * approximate(strata, 12)
    assert approximate([(50, 10, 50)], 10) == 1.0
