"""The machinery of D8, on pairs of rounds made by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from bench.diagnosing.power import BEFORE, LOST, SAMPLES, WON, Trial, measure, trial
from bench.extent import Extent
from diagnostics.changes.power import power


@pytest.mark.parametrize(("won", "lost"), [(90, 60), (85, 65), (82, 65), (60, 90), (6, 0), (5, 0)])
def test_paired_is_mcnemar_in_the_right_direction(won: int, lost: int):
    shown = won > lost and binomtest(won, won + lost).pvalue <= 0.05
    assert Trial(won, lost, 600).paired == shown


def test_unpaired_needs_more_than_two_standard_errors():
    assert not Trial(90, 60, 600).unpaired  # 3 points of 1,000 and 1,000
    assert Trial(110, 60, 600).unpaired  # 5 points


def test_a_trial_has_the_rates_that_it_says():
    rng = np.random.default_rng(0)
    found = [trial(rng, LOST, WON) for _ in range(300)]
    assert np.mean([t.before for t in found]) == pytest.approx(SAMPLES * BEFORE, rel=0.01)
    assert np.mean([t.won - t.lost for t in found]) == pytest.approx(30, abs=2.5)
    assert np.mean([t.won + t.lost for t in found]) == pytest.approx(150, abs=2.5)


def test_simulated_power_is_the_exact_one(tmp_path):
    rows = measure(Extent(False, tmp_path))
    assert [r.id for r in rows] == ["D8"] * 3
    assert rows[0].value == pytest.approx(power(SAMPLES, 0.15, 0.03), abs=0.035)
    assert rows[0].to_beat.startswith("unpaired 0.1")
    assert rows[2].value == pytest.approx(3.5, abs=0.3)
