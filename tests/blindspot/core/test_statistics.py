"""Intervals and tests against scipy and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar, root_scalar
from scipy.stats import binomtest, false_discovery_control

from blindspot.core.statistics import (
    Z95,
    Z95_ONE_SIDED,
    benjamini_hochberg,
    cluster_bootstrap,
    mcnemar,
    needed,
    no_shorter,
    paired_interval,
    paired_lower,
    wilson,
)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(passed_n: tuple[int, int]) -> None:
    passed, n = passed_n
    theirs = binomtest(passed, n).proportion_ci(method="wilson")
    assert wilson(passed, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_no_samples_no_knowledge() -> None:
    assert wilson(0, 0) == (0, 1)


@given(st.floats(1e-3, 1e6))
def test_none_and_all_end_at_zero_and_one(n: float) -> None:
    """Exactly, whatever is lost in rounding, also for effective numbers."""
    assert wilson(0.0, n)[0] == 0
    assert wilson(n, n)[1] == 1


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


def _bound_by_likelihood(lost: int, won: int, n: int) -> float:
    """The definition of Tango's bound, with the most likely rates found by search."""

    def standard_errors(change: float) -> float:
        def against(rate: float) -> float:
            terms = [(lost, rate), (won, rate + change), (n - lost - won, 1 - 2 * rate - change)]
            return -sum(k * np.log(p) for k, p in terms if k)

        bounds = (max(0.0, -change) + 1e-12, (1 - change) / 2 - 1e-12)
        rate = minimize_scalar(against, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
        spread = n * (2 * rate + change - change * change)
        return (won - lost - n * change) / np.sqrt(spread) - Z95_ONE_SIDED

    bracket = (-0.999, (won - lost) / n - 1e-9)
    return float(root_scalar(standard_errors, bracket=bracket, method="brentq").root)


@pytest.mark.parametrize("table", [(4, 4, 200), (12, 2, 200), (1, 7, 60), (3, 0, 52), (0, 0, 80)])
def test_the_paired_bound_is_tangos(table: tuple[int, int, int]) -> None:
    assert paired_lower(*table) == pytest.approx(_bound_by_likelihood(*table), abs=1e-5)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_the_paired_bound_lies_below_what_was_seen(lost: int, won: int, same: int) -> None:
    n = lost + won + same
    bound = paired_lower(lost, won, n)
    assert -1 <= bound <= ((won - lost) / n if n else 0)
    assert paired_lower(lost + 1, won, n + 1) <= bound + 1e-9


def test_the_paired_bound_covers() -> None:
    """A true change of −5 points must be called smaller than that in 5 % of draws at most."""
    rng = np.random.default_rng(0)
    draws = rng.multinomial(200, [0.07, 0.02, 0.91], size=2000)
    above = sum(paired_lower(int(lost), int(won), 200) > -0.05 for lost, won, _ in draws)
    assert above / 2000 < 0.06


def test_the_paired_interval_covers() -> None:
    rng = np.random.default_rng(1)
    draws = rng.multinomial(150, [0.03, 0.01, 0.96], size=2000)
    ends = [paired_interval(int(lost), int(won), 150) for lost, won, _ in draws]
    assert 0.93 < np.mean([low <= -0.02 <= high for low, high in ends]) < 0.98


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_the_paired_interval_is_the_same_from_the_other_side(
    lost: int, won: int, same: int
) -> None:
    low, high = paired_interval(lost, won, lost + won + same)
    assert paired_interval(won, lost, lost + won + same) == pytest.approx((-high, -low))
    assert low <= paired_lower(lost, won, lost + won + same)


def test_where_none_turned_an_interval_has_a_length() -> None:
    low, high = no_shorter((0.0, 0.0), 0.0, [(0, 0, 200)])
    assert (low, high) == pytest.approx((-(Z95**2) / (200 + Z95**2), Z95**2 / (200 + Z95**2)))
    assert no_shorter((-0.2, 0.1), -0.05, [(12, 2, 200)]) == (-0.2, 0.1)  # the longer one stands
    assert no_shorter((-1.0, 1.0), 0.0, [(0, 0, 5)]) == (-1.0, 1.0)
    two, one = no_shorter((0.0, 0.0), 0.0, [(0, 0, 200)] * 4), low
    assert two == pytest.approx((one / 2, -one / 2))  # the mean of four: √4 times as narrow


@given(st.floats(0.01, 0.5))
def test_so_many_answers_are_needed(margin: float) -> None:
    n = needed(margin)
    assert paired_lower(0, 0, n) > -margin - 1e-7
    assert paired_lower(0, 0, n - 1) <= -margin + 1e-7
