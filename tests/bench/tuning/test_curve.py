"""T3: where the uniform curve reaches a gain."""

import pytest

from bench.tuning.curve import _point_row, _ratio_row, ratio

FLAT = [0.0, 0.0]


def test_between_two_points_the_curve_is_linear():
    found = ratio([0.03, 0.03], 0.5, {0.5: [0.01, 0.01], 1.0: [0.02, 0.02], 2.0: [0.04, 0.04]})
    assert found.value == pytest.approx(3.0)  # 1.5 units over a half
    assert found.interval == pytest.approx((3.0, 3.0))
    assert (found.most, found.beyond, found.reached) == (4.0, 0.0, True)


def test_before_the_first_point_it_starts_at_nothing():
    found = ratio([0.01, 0.01], 0.5, {0.5: [0.02, 0.02], 1.0: [0.03, 0.03]})
    assert found.value == pytest.approx(0.5)


def test_a_curve_that_falls_is_reached_where_it_first_was():
    found = ratio([0.02, 0.02], 1.0, {0.5: [0.02, 0.02], 1.0: [0.01, 0.01], 2.0: [0.03, 0.03]})
    assert found.value == pytest.approx(0.5)


def test_what_is_not_reached_counts_as_the_most_that_was_run():
    found = ratio([0.05, 0.05], 0.5, {0.5: FLAT, 1.0: FLAT, 2.0: [0.04, 0.04]})
    assert (found.value, found.reached, found.beyond) == (4.0, False, 1.0)
    row = _ratio_row(0.5, found, headline=True)
    assert "not reached: > 4" in row.measure
    assert row.met is True


def test_no_gain_needs_no_samples():
    found = ratio([-0.01, 0.0], 0.5, {0.5: FLAT, 1.0: FLAT, 2.0: FLAT})
    assert found.value == 0.0
    assert _ratio_row(0.5, found, headline=True).met is False


def test_the_interval_speaks_of_seeds():
    found = ratio([0.01, 0.03], 0.5, {0.5: FLAT, 1.0: FLAT, 2.0: [0.04, 0.04]})
    assert found.value == pytest.approx(3.0)
    assert found.interval == pytest.approx((2.5, 3.5))
    assert _ratio_row(0.5, found, headline=True).met is None


def test_twice_the_samples_cannot_show_a_factor_of_three():
    row = _ratio_row(1.0, ratio([0.05], 1.0, {0.5: [0.0], 1.0: [0.0], 2.0: [0.0]}), headline=True)
    assert row.met is None
    assert "no target" in row.target


def test_points_are_shown_with_their_interval_over_seeds():
    row = _point_row("uniform", 720, [0.01, 0.03])
    assert row.value == pytest.approx(2.0)
    assert row.interval == pytest.approx((2 - 12.706, 2 + 12.706), abs=0.01)
    assert _point_row("uniform", 720, [0.01]).interval is None
