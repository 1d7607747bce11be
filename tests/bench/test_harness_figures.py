"""The harness bench's arithmetic, against hand-worked cases."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.endpoint import Call
from bench.harness_figures import (
    Estimate,
    Finding,
    at_least,
    at_most,
    beyond,
    estimate,
    lost,
    sent_again,
    shares,
    worst,
)


def test_estimate_is_the_median_with_an_interval_of_it():
    assert estimate([0.5]) == Estimate(0.5, None)
    assert estimate([2.0, 2.0, 2.0]) == Estimate(2.0, (2.0, 2.0))
    found = estimate([1.0, 9.0, 2.0])
    assert found.value == 2.0
    assert found.interval == (1.0, 9.0)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=12))
def test_an_interval_holds_its_median_and_stays_inside_what_was_seen(values: list[float]):
    found = estimate(values)
    assert found.interval is not None
    low, high = found.interval
    assert min(values) <= low <= found.value * (1 + 1e-12) + 1e-12
    assert found.value <= high * (1 + 1e-12) + 1e-12
    assert high <= max(values)


def test_shares_are_taken_within_a_repetition():
    found = shares({"bare": [100.0, 200.0, 400.0], "blindspot": [90.0, 200.0, 420.0], "x": [50.0]})
    assert found["blindspot"] == Estimate(1.0, (0.9, 1.05))
    assert found["x"] == Estimate(0.5)
    assert set(found) == {"blindspot", "x"}


def test_costs_beyond_the_bare_client_are_milliseconds_per_sample():
    found = beyond({"blindspot": [2.5, 2.25]}, [2.0, 2.0], samples=1000)
    assert found["blindspot"].value == pytest.approx(0.375)
    assert found["blindspot"].interval == pytest.approx((0.25, 0.5))


def test_worst_is_the_largest_with_the_span():
    assert worst([0, 3, 1]) == Estimate(3, (0, 3))
    assert worst([4]) == Estimate(4)


@pytest.mark.parametrize(
    ("interval", "reached", "below"),
    [
        ((0.91, 0.95), True, False),
        ((0.80, 0.89), False, True),
        ((0.87, 0.93), True, True),  # the favourable end reaches it, and it is narrow
        ((0.5, 1.5), None, None),
        ((0.95, 1.5), True, False),  # wide, but all of it on one side
        ((0.1, 0.85), False, True),
    ],
)
def test_met_needs_an_interval_that_decides(
    interval: tuple[float, float], reached: bool | None, below: bool | None
):
    found = {"blindspot": Estimate(0.9, interval)}
    assert at_least(found, 0.9, precision=0.1) is reached
    assert at_most(found, 0.9, precision=0.1) is below


def test_met_is_open_where_nothing_was_repeated_or_measured():
    assert at_least({"blindspot": Estimate(2.0)}, 0.9, precision=0.1) is None
    assert at_most({}, 0.9, precision=0.1) is None


def test_a_kill_loses_what_was_answered_and_asked_again_beyond_the_concurrency(
    call: Callable[..., Call],
):
    before = [call(n, answered=1.0) for n in range(10)] + [call(10), call(11)]
    after = [call(n, answered=2.0) for n in range(7, 14)]
    assert sent_again(before, after) == 5  # 7, 8, 9 answered; 10, 11 under way
    assert lost(before, after, concurrency=2) == 1
    assert lost(before, after, concurrency=64) == 0


def test_a_call_repeated_before_the_kill_counts_once(call: Callable[..., Call]):
    before = [call(1), call(1, answered=1.0), call(2)]
    assert sent_again(before, [call(1), call(1)]) == 1


def test_row_of_a_finding_names_what_is_to_be_beaten():
    by_arm = {
        "bare": Estimate(1.0),
        "openai": Estimate(0.5),
        "blindspot": Estimate(0.95, (0.9, 1)),
    }
    row = Finding("H1", "share", "≥ 0.9", by_arm, True).row
    assert (row.value, row.interval, row.to_beat, row.met) == (0.95, (0.9, 1), "openai 0.5", True)
