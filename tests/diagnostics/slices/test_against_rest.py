"""The test against the rest: scipy, statistics by hand, invariants."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.against_rest import (
    Counts,
    Pool,
    below_p,
    log_likelihood_ratio,
    picture_correlation,
)
from diagnostics.slices.candidates import Slice


def counts(n, passed, all_n, all_passed) -> Counts:
    return Counts(*(np.array(x, dtype=float) for x in (n, passed, all_n, all_passed)))


def test_one_benchmark_is_the_exact_test():
    found = below_p(counts([[20], [30]], [[5], [28]], [100], [70]), np.ones(2))
    assert found[0] == pytest.approx(hypergeom.cdf(5, 100, 70, 20))
    assert found[0] == pytest.approx(fisher_exact([[5, 15], [65, 15]], alternative="less")[1])
    assert found[1] > 0.9


def test_cochran_mantel_haenszel_by_hand():
    # benchmark 0: 10 of 40 with 20 right, slice 2 right; benchmark 1: 5 of 10, 6 right, 2 right
    found = below_p(counts([[10, 5]], [[2, 2]], [40, 10], [20, 6]), np.ones(1))
    excess = (2 - 10 * 20 / 40) + (2 - 5 * 6 / 10)
    variance = 10 * 30 * 20 * 20 / (40**2 * 39) + 5 * 5 * 6 * 4 / (10**2 * 9)
    z = (excess + 0.5) / variance**0.5
    assert z == pytest.approx(-2.1749, abs=1e-4)
    assert found[0] == pytest.approx(0.01482, abs=1e-5)


def test_a_slice_that_is_its_whole_benchmark_has_no_rest():
    assert below_p(counts([[10, 0]], [[0, 0]], [10, 10], [0, 10]), np.ones(1))[0] == 1.0


def test_a_benchmark_that_is_harder_for_all_makes_no_weakness():
    found = below_p(counts([[90, 10]], [[27, 9]], [200, 200], [60, 180]), np.ones(1))
    assert found[0] > 0.4


def test_a_design_effect_weakens_the_evidence():
    same = counts([[20, 20]], [[8, 8]], [50, 50], [35, 35])
    assert below_p(same, np.array([3.0]))[0] > below_p(same, np.ones(1))[0]


def test_likelihood_ratio_by_hand_and_its_sign():
    below = log_likelihood_ratio(counts([[10]], [[2]], [30], [18]))[0]
    by_hand = 2 * np.log(2 / 6) + 8 * np.log(8 / 4) + 16 * np.log(16 / 12) + 4 * np.log(4 / 8)
    assert below == pytest.approx(by_hand)
    assert log_likelihood_ratio(counts([[20]], [[16]], [30], [18]))[0] == pytest.approx(-by_hand)


def test_outcomes_equal_on_a_picture_correlate_wholly():
    picture = np.repeat(np.arange(6), 2)
    outcomes = np.repeat([1.0, 0, 1, 0, 1, 0], 2)
    assert picture_correlation(outcomes, np.zeros(12, dtype=np.int64), picture) == 1.0
    assert picture_correlation(outcomes, picture, picture) == 0.0


def test_a_picture_with_five_questions_counts_once_when_they_agree(make):
    samples = [make.sample(i, images=(f"{i // 5}.png",)) for i in range(100)]
    predictions = [make.answered(s, float(i // 5 % 2)) for i, s in enumerate(samples)]
    answers = answers_of(as_stated(samples), predictions, "diagnosis")
    pool = Pool(answers, [Slice("counting", "geometric", np.arange(50))])
    assert pool.design_effects(answers.passed) == pytest.approx([5.0])
