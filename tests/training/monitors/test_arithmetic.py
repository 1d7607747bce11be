"""Against hand-worked cases, scipy and plain loops."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from training.monitors._arithmetic import alike, likeness, mean, pairs_variance, rises, share


@given(st.lists(st.frozensets(st.sampled_from("abcde"), min_size=1), min_size=2, max_size=12))
def test_likeness_is_the_mean_cosine_over_pairs(features):
    cosines = [
        len(a & b) / (len(a) * len(b)) ** 0.5 for a, b in itertools.combinations(features, 2)
    ]
    assert float(alike(features).mean()) == pytest.approx(float(np.mean(cosines)), abs=1e-9)


def test_likeness_of_single_features_is_the_share_of_equal_pairs():
    value, variance = likeness(["a", "a", "b"])
    assert value == pytest.approx(1 / 3)
    assert variance > 0


def test_likeness_does_not_grow_with_the_number_of_samples():
    rng = np.random.default_rng(0)
    few, many = (
        np.mean([likeness([(d,) for d in rng.integers(0, 10, n)])[0] for _ in range(400)])
        for n in (8, 80)
    )
    assert few == pytest.approx(0.1, abs=0.012)
    assert many == pytest.approx(0.1, abs=0.005)


def test_its_variance_covers_what_is_drawn():
    rng = np.random.default_rng(1)
    found = [likeness([(d,) for d in rng.choice(4, 60, p=[0.4, 0.3, 0.2, 0.1])])
             for _ in range(600)]  # fmt: skip
    drawn = np.var([value for value, _ in found])
    assert np.mean([variance for _, variance in found]) == pytest.approx(drawn, rel=0.25)


def test_nothing_is_certain_about_two():
    assert pairs_variance(0.0, 2) > 0.2


def test_a_mean_of_single_samples_is_students():
    values = [0.0, 1.0, 1.0, 0.0, 1.0, 0.5]
    found = mean(values, [str(i) for i in range(6)])
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.interval == pytest.approx((expected.low, expected.high))


def test_copies_of_a_picture_add_nothing():
    once = mean([0.0, 1.0, 1.0], ["a", "b", "c"])
    thrice = mean([0.0, 1.0, 1.0] * 3, ["a", "b", "c"] * 3)
    assert thrice.interval == pytest.approx(once.interval)


def test_rises_is_mcnemars_one_sided():
    assert rises([1, 1, 1, -1, 0], list("abcde")) == pytest.approx(5 / 16)
    assert rises([1, 1, 1, -1, 0], list("aaaaa")) == pytest.approx(0.5)
    assert rises([0, 0], ["a", "b"]) == 1.0


def test_bounds_of_a_share():
    none_of_ten = share([0], [10])
    assert none_of_ten.above(0.05) == pytest.approx(1 - 0.05**0.1)
    assert none_of_ten.below(0.05) == 0.0
    assert share([10], [10]).below(0.05) == pytest.approx(0.05**0.1)


def test_cells_of_all_or_nothing_are_worth_a_trial_each():
    assert share([10, 0, 10, 0], [10] * 4).trials == pytest.approx(3, abs=0.1)
    assert share([5, 5, 5, 5], [10] * 4).trials == pytest.approx(40)
