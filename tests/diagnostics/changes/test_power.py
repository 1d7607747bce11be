"""Power against scipy's test by enumeration, simulation and the normal formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, multinomial, norm

from diagnostics.changes.power import detectable, independent, power


def enumerated(n: int, share: float, change: float) -> float:
    """Over all (won, lost, same), with scipy's own test."""
    won, lost = (share + change) / 2, (share - change) / 2
    return sum(
        float(multinomial.pmf([w, k, n - w - k], n, [won, lost, 1 - share]))
        for w in range(n + 1)
        for k in range(n + 1 - w)
        if w > k and binomtest(w, w + k).pvalue <= 0.05
    )


@pytest.mark.parametrize(("n", "share", "change"), [(12, 0.5, 0.3), (20, 0.3, 0.2), (9, 1.0, 0.9)])
def test_power_is_the_sum_over_all_outcomes(n: int, share: float, change: float):
    assert power(n, share, change) == pytest.approx(enumerated(n, share, change), abs=1e-9)


def test_power_agrees_with_connors_formula_where_many_pairs_differ():
    n, share, change = 4000, 0.3, 0.02
    spread = np.sqrt(share - change**2)
    z = (change * np.sqrt(n) - norm.ppf(0.975) * np.sqrt(share)) / spread
    assert power(n, share, change) == pytest.approx(norm.cdf(z), abs=0.02)


@pytest.mark.parametrize(("n", "share"), [(30, 0.2), (200, 0.05), (1000, 0.1), (50_000, 0.1)])
def test_a_detectable_change_has_80_percent_power(n: int, share: float):
    found = detectable(n, share)
    assert found is not None
    assert power(n, share, found) == pytest.approx(0.8, abs=1e-3)


def test_five_pairs_show_nothing_and_six_need_all_of_them():
    assert detectable(5, 1.0) is None
    found = detectable(6, 0.0)
    assert found is not None
    assert found**6 == pytest.approx(0.8, abs=1e-3)


def test_nothing_observed_is_not_no_change_needed():
    found = detectable(200, 0.0)
    assert found is not None
    assert found > 6 / 200


@given(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_power_is_a_probability_and_grows_with_the_change(n: int, share: float, change: float):
    less, more = power(n, share, change / 2), power(n, share, change)
    assert -1e-9 <= less <= more + 0.01  # an exact test of one more pair can have a little less
    assert more <= 1 + 1e-9


def test_independent_pairs_are_worth_themselves():
    changes = np.array([1.0, 0.0, -1.0, 0.0] * 25)
    assert independent(changes, np.ones(100), [str(i) for i in range(100)]) == 100


def test_copies_on_one_picture_are_worth_one():
    changes = np.repeat([1.0, -1.0] * 10, 5)
    pictures = [str(i // 5) for i in range(100)]
    assert independent(changes, np.ones(100), pictures) == 20
    assert independent(changes, np.ones(100), ["one"] * 100) is None


def test_unequal_weights_are_worth_fewer():
    rng = np.random.default_rng(0)
    changes, weight = rng.integers(-1, 2, 4000).astype(float), np.repeat([0.5, 1.5], 2000)
    worth = independent(changes, weight, [str(i) for i in range(4000)])
    assert worth == pytest.approx(4000 / 1.25, rel=0.05)  # Kish: 1 + the weights' variance
