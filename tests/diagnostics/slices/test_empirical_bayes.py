"""Shrinkage: limits by hand, coverage by simulation."""

import numpy as np
import pytest

from diagnostics.slices.empirical_bayes import fit


def test_equal_slices_share_one_rate():
    estimate = fit([40] * 10, [20] * 10).estimate(40, 20)
    assert estimate.rate == pytest.approx(0.5, abs=1e-6)
    assert 0.05 < estimate.interval[1] - estimate.interval[0] < 0.25


def test_a_small_slice_is_drawn_to_the_others_and_a_large_one_is_not():
    prior = fit([2000, 2000, 2000, 10], [1600, 1700, 1500, 5])
    assert 0.6 < prior.estimate(10, 5).rate < 0.8
    assert prior.estimate(2000, 1600).rate == pytest.approx(0.8, abs=0.005)


def test_no_slice_at_all_is_wide_open():
    low, high = fit([], []).estimate(0, 0).interval
    assert low < 0.05
    assert high > 0.95


@pytest.mark.parametrize("passed", [0, 30])
def test_all_or_nothing_stays_inside(passed: int):
    estimate = fit([30, 30], [passed, passed]).estimate(30, passed)
    assert 0 <= estimate.interval[0] < estimate.rate < estimate.interval[1] <= 1
    assert estimate.interval[0] < estimate.upper90 < estimate.interval[1]


@pytest.mark.parametrize(("spread", "largest_bias"), [(0.0, 0.02), (0.12, 0.015)])
def test_95_percent_intervals_cover_all_and_the_worst_five(spread: float, largest_bias: float):
    rng, every, worst, bias = np.random.default_rng(3), [], [], []
    for _ in range(20):
        truth = np.clip(rng.normal(0.7, spread, 20), 0.02, 0.98)
        n = rng.integers(15, 120, 20)
        passed = rng.binomial(n, truth)
        prior = fit(n.tolist(), passed.tolist())
        found = [prior.estimate(int(a), int(b)) for a, b in zip(n, passed, strict=True)]
        covered = np.array(
            [e.interval[0] <= t <= e.interval[1] for e, t in zip(found, truth, strict=True)]
        )
        low = np.argsort([e.rate for e in found])[:5]
        every.append(covered.mean())
        worst.append(covered[low].mean())
        bias.append(np.mean([found[i].rate - truth[i] for i in low]))
    assert reached(every) >= 0.94
    assert reached(worst) >= 0.92
    assert abs(np.mean(bias)) <= largest_bias


def test_slices_are_drawn_to_what_their_benchmarks_expect():
    n, expected = [30] * 20, [0.9] * 10 + [0.3] * 10
    passed = [round(30 * e) for e in expected]
    prior = fit(n, passed, expected)
    easy, hard = prior.estimate(30, 18, 0.9), prior.estimate(30, 18, 0.3)
    assert easy.rate > 0.6
    assert hard.rate < 0.6
    assert easy.interval[0] > hard.interval[0]


def test_expected_rates_that_are_all_too_high_are_shifted():
    expected = [0.9, 0.8, 0.85, 0.7] * 5
    odds = [0.25 * e / (1 - e) for e in expected]
    passed = [100 * o / (1 + o) for o in odds]
    found = fit([100] * 20, passed, expected).estimate(0, 0, 0.8)
    assert found.rate == pytest.approx(0.5, abs=0.03)


def test_expected_rates_of_0_and_1_stay_inside():
    prior = fit([30, 30, 30], [0, 30, 15], [0.0, 1.0, 0.5])
    for expected in (0.0, 1.0):
        low, high = prior.estimate(30, 15, expected).interval
        assert 0 <= low < high <= 1


def test_benchmarks_of_different_difficulty_do_not_bias_the_worst_gaps():
    rng, common, known = np.random.default_rng(4), [], []
    for _ in range(12):
        expected = np.repeat([0.9, 0.7, 0.5, 0.3], 12)
        odds = expected / (1 - expected) * np.exp(rng.normal(0, 0.3, 48))
        truth = odds / (1 + odds)
        passed = rng.binomial(25, truth)
        for errors, given in ((common, None), (known, expected)):
            prior = fit([25] * 48, passed.tolist(), given)
            usual = np.full(48, 0.5) if given is None else given
            keys = list(zip(passed.tolist(), usual.tolist(), strict=True))
            known_rates = {key: prior.estimate(25, *key).rate for key in sorted(set(keys))}
            rates = np.array([known_rates[key] for key in keys])
            worst = np.argsort(rates - expected)[:5]
            errors.append(float((rates - truth)[worst].mean()))
    assert abs(np.mean(known)) < 0.025
    assert np.mean(common) < -0.04


def reached(shares: list[float]) -> float:
    """The most that the mean can be, two standard errors of the simulation up."""
    return float(np.mean(shares) + 2 * np.std(shares) / len(shares) ** 0.5)
