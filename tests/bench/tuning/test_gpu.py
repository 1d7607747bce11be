"""T8 without a GPU: a row that says so; the arithmetic of the ratio."""

import pytest

from bench.extent import Extent
from bench.tuning import gpu


def test_without_a_gpu_nothing_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "has_gpu", lambda: False)
    (row,) = gpu.measure(Extent(full=True, work=tmp_path))
    assert (row.value, row.met) == (None, None)
    assert "needs a GPU" in row.measure


@pytest.mark.parametrize(
    ("ours", "met"), [([98.0, 99.0], True), ([90.0, 99.0], None), ([80.0, 90.0], False)]
)
def test_the_worst_ratio_decides(ours, met):
    assert gpu.row(ours, [100.0, 100.0]).met is met


def test_the_interval_is_the_range_of_ratios():
    row = gpu.row([90.0, 100.0, 110.0], [100.0, 100.0, 50.0])
    assert row.value == pytest.approx(1.0)
    assert row.interval == pytest.approx((0.9, 2.2))


def test_loading_cancels_out(monkeypatch, tmp_path):
    told = {4: {"tokens": 400.0, "seconds": 34.0}, 24: {"tokens": 2400.0, "seconds": 54.0}}
    monkeypatch.setattr(gpu, "_call", lambda way, folder, made, steps, turn: told[steps])
    assert gpu._speed("ours", tmp_path, tmp_path, 0) == 100.0  # 30 s of loading are left out
