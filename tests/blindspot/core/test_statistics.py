"""Intervals and tests against scipy and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from blindspot.core.statistics import benjamini_hochberg, cluster_bootstrap, mcnemar, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(passed_n: tuple[int, int]) -> None:
    passed, n = passed_n
    theirs = binomtest(passed, n).proportion_ci(method="wilson")
    assert wilson(passed, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_no_samples_no_knowledge() -> None:
    assert wilson(0, 0) == (0, 1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_benjamini_hochberg_is_scipys(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values))


def test_mcnemar_by_hand() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(1, 9) == pytest.approx(2 * 11 / 1024)


def test_clusters_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    of_cluster = rng.random(40)
    values = np.repeat(of_cluster < 0.5, 10).astype(float)
    clusters = [str(i // 10) for i in range(400)]
    together = cluster_bootstrap(values, clusters)
    apart = cluster_bootstrap(values, [str(i) for i in range(400)])
    assert together[1] - together[0] > 2.5 * (apart[1] - apart[0])


def test_bootstrap_covers_the_mean() -> None:
    rng = np.random.default_rng(1)
    names = [str(i) for i in range(200)]
    hits = 0
    for _ in range(200):
        low, high = cluster_bootstrap(rng.random(200) < 0.7, names, draws=400)
        hits += low <= 0.7 <= high
    assert 0.90 <= hits / 200 <= 0.99


def test_one_cluster_says_nothing() -> None:
    assert cluster_bootstrap([1, 0, 1], ["a", "a", "a"]) == (0, 1)
    assert cluster_bootstrap([1, 0, 1], ["a", "a", "a"], domain=(-1, 1)) == (-1, 1)
