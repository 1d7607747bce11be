"""How recovery is counted, and that the measures run."""

import numpy as np
import pytest

from bench.diagnosing import recovery
from bench.diagnosing.planting import expected_rate, f1, false_slices, world


@pytest.fixture(scope="module")
def small():
    return world(100, shrink=3)


def piece(start: int, stop: int, stage: str = "") -> tuple[str, np.ndarray]:
    return stage, np.arange(start, stop)


def test_f1_by_hand():
    assert f1([piece(0, 10)], [piece(0, 10)]) == 1.0
    assert f1([piece(0, 10)], []) == 0.0
    # one report right, one wrong: precision .5; one of two plants found whole: recall .5
    assert f1([piece(0, 10), piece(20, 30)], [piece(0, 10), piece(40, 50)]) == pytest.approx(0.5)
    # the report holds the plant and as much besides: precision .5, recall 1
    assert f1([piece(0, 10)], [piece(0, 20)]) == pytest.approx(2 / 3)


def test_f1_wants_the_same_stage():
    assert f1([piece(0, 10, "reading")], [piece(0, 10, "format")]) == 0.0
    planted = [piece(0, 10, "reading"), piece(0, 10, "format")]
    assert f1(planted, planted[:1]) == pytest.approx(2 / 3)


def test_expected_rate_weighs_benchmarks_as_the_slice_does():
    benchmark = np.array([0, 0, 0, 1, 1])
    rates = np.array([0.1, 0.5, 0.7, 0.2, 0.9])
    assert expected_rate(benchmark, np.array([0, 3]), rates) == pytest.approx((0.6 + 0.9) / 2)
    assert expected_rate(benchmark, np.array([3, 4]), rates) == 0.0


def test_a_slice_no_lower_than_the_rest_is_false(small):
    rates = small.suite.base.copy()
    assert false_slices(small, rates).all()
    at = next(i for i, s in enumerate(small.pool.slices) if s.kind == "category")
    inside = small.pool.slices[at].members
    rates[inside] *= 0.9
    assert not false_slices(small, rates)[at]
    apart = [i for i, s in enumerate(small.pool.slices) if not np.isin(s.members, inside).any()]
    assert false_slices(small, rates)[apart].all()


def test_the_measures_run_and_keep_to_their_scales(small):
    rows = [
        *recovery.null_rows([small], 5),
        *recovery.recovery_rows([small], 2),
        *recovery.discovery_rows([small], 2),
        *recovery.stability_rows([small], 1),
    ]
    assert [r.id for r in rows] == ["D2", "D3", "D3", "D3", "D3", "D4", "D4", "D9"]
    assert all(r.value is not None and 0 <= r.value <= 1 for r in rows)
