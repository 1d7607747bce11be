"""The baseline of D5 is the design page's, and D6 counts what it says."""

import numpy as np
import pytest

from bench.diagnosing.draws import mean, row, share
from bench.diagnosing.estimates import Estimated, _share, one_benchmark
from diagnostics.slices.empirical_bayes import Estimate


def test_raw_rates_are_as_wrong_as_the_design_page_says():
    _, raw = one_benchmark(12)
    assert mean(raw.error)[0] == pytest.approx(-12, abs=2)
    assert mean(raw.every)[0] == pytest.approx(0.95, abs=0.02)
    assert mean(raw.worst)[0] == pytest.approx(0.85, abs=0.1)


def test_coverage_and_error_by_hand():
    found = [
        Estimate(rate, (rate - 0.1, rate + 0.1), 1.0) for rate in (0.2, 0.3, 0.4, 0.5, 0.6, 0.9)
    ]
    truth = np.array([0.25, 0.5, 0.4, 0.5, 0.6, 0.2])
    estimated = Estimated([], [], [])
    estimated.add(truth, found, np.array([e.rate for e in found]))
    assert estimated.every == [pytest.approx(4 / 6)]
    assert estimated.worst == [pytest.approx(4 / 5)]
    assert estimated.error == [pytest.approx(100 * (-0.05 - 0.2) / 5)]


def test_the_share_of_the_best_five():
    gain = np.array([5.0, 4, 3, 2, 1, 0, 0])
    assert _share(gain, gain) == 1.0
    assert _share(gain, -gain) == pytest.approx((3 + 2 + 1) / 15)


def test_rows_of_draws():
    value, (low, high) = mean([0.4, 0.6])
    assert (value, high - value) == pytest.approx((0.5, 1.96 * 0.1), abs=1e-3)
    assert low < value
    assert share([True, False])[0] == 0.5
    assert row("D9", "x", (0.8, (0.78, 0.82)), 0.75, precision=0.1).met
    assert (
        row("D2", "x", (0.2, (0.18, 0.22)), 0.1, precision=0.1, higher_is_better=False).met is False
    )
