"""G9 measures what it says, and the back-fill takes what is left."""

import numpy as np
import pytest

from bench.extent import Extent
from bench.generating.difficulty import POPULATIONS, WAVE, back_fill, measure, trials


def test_the_back_fill_takes_the_band_first_and_then_the_nearest():
    found = np.array([0.0, 0.5, 1.0, 0.125, 0.875])
    assert np.flatnonzero(back_fill(found, 2)).tolist() == [1, 4]
    assert np.flatnonzero(back_fill(found, 3)).tolist() == [1, 3, 4]
    assert back_fill(found, 5).all()


@pytest.mark.parametrize("name", POPULATIONS)
def test_waves_differ_and_come_again(name):
    first, again = trials(name, 2), trials(name, 2)
    assert np.array_equal(first[1].rates, again[1].rates)
    assert not np.array_equal(first[0].rates, first[1].rates)
    assert all(4 * WAVE <= t.rollouts <= 16 * WAVE for t in first)
    assert all(t.filled[1].all() and t.filled[2].sum() == WAVE // 2 for t in first)


def test_a_row_for_every_population(tmp_path):
    rows = measure(Extent(full=False, work=tmp_path))
    assert [r.id for r in rows] == ["G9"] * len(POPULATIONS)
    for row, name in zip(rows, POPULATIONS, strict=True):
        assert name in row.measure
        assert row.value is not None
        assert row.interval is not None
        assert 0 <= row.interval[0] <= row.value <= row.interval[1] < 0.15
        assert "back-fill" in row.to_beat
