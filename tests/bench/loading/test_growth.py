"""Exponents and slopes of known curves, and when a share is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.loading.growth import exponent, linear_row, most_row, per_unit, share_row, slope

SIZES = (1_000, 10_000, 100_000)


@given(st.floats(0.1, 3), st.floats(1e-3, 1e6))
def test_the_exponent_of_a_power_is_that_power(power: float, scale: float):
    assert exponent({n: scale * n**power for n in SIZES}) == pytest.approx(power)


def test_only_the_two_largest_sizes_count_in_whatever_order_they_come():
    by_size = {100_000: 1_000.0, 1_000: 90.0, 10_000: 100.0}
    assert exponent(by_size) == pytest.approx(1)
    assert slope(by_size) == pytest.approx(10)


def test_one_size_has_no_growth():
    assert exponent({10: 1.0}) is None
    assert slope({10: 1.0}) is None
    assert linear_row("L3", "bytes", {10: 1.0}).met is None


def test_a_figure_of_nothing_has_no_exponent():
    assert exponent({10: 0.0, 100: 5.0}) is None


def test_per_thousand():
    assert per_unit({500: 10.0, 2_000: 10.0}) == {500: 20.0, 2_000: 5.0}


def test_quadratic_growth_misses():
    row = linear_row("L3", "bytes", {n: float(n * n) for n in SIZES})
    assert (row.value, row.met) == (pytest.approx(2), False)
    assert "between 10,000 and 100,000" in row.measure
    assert linear_row("L3", "bytes", {n: n + 5.0 for n in SIZES}).met is True


@pytest.mark.parametrize(
    ("rate", "met"), [(95.0, True), (85.0, None), (70.0, False)], ids=["both", "one", "neither"]
)
def test_a_share_is_met_where_it_is_in_both_rates_of_the_bare_client(rate: float, met: bool | None):
    row = share_row("L1", "", rate, (80.0, 100.0), 0.9)
    assert row.met is met
    assert row.interval == (rate / 100, rate / 80)
    assert row.value == pytest.approx(rate / 90)


def test_what_was_not_measured_is_not_met():
    assert most_row("L2", "", None, 20).met is None
    assert most_row("L2", "", 20, 20).met is True
    assert most_row("L2", "", 20.1, 20).met is False
