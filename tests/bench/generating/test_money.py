"""G7 compares the right sums."""

import pytest

from bench.generating.clients import cost
from bench.generating.money import Spent, billed, overshoot
from bench.generating.runs import PRICES
from bench.stub.tally import Calls


def test_the_servers_count_is_priced_by_kind_of_token():
    calls = Calls(prompt_tokens={"writer": 100, "solver": 50}, completion_tokens={"writer": 10})
    assert billed(calls) == pytest.approx((150 * PRICES[0] + 10 * PRICES[1]) / 1e6)
    assert cost(150, 10) == billed(calls)


def test_errors_are_relative_and_have_no_sign():
    assert Spent(ledger=0.99, server=1.0, calls=3).error == pytest.approx(0.01)
    assert Spent(ledger=2.02, server=2.0, calls=3).error == pytest.approx(0.01)


def test_only_what_is_beyond_a_budget_overshoots_it():
    assert overshoot(0.9, budget=1.0) == 0
    assert overshoot(1.2, budget=1.0) == pytest.approx(0.2)
