"""T4's clock and shares, on functions that take a known time and runs that are made up."""

from typing import Any

import pytest

from bench.tuning.overhead import Clock, Ran, rows, same
from bench.tuning.small_run import settings


def test_what_one_part_calls_of_another_counts_for_the_caller(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr("bench.tuning.overhead.time.perf_counter", lambda: now[0])

    def work(seconds: float) -> None:
        now[0] += seconds

    clock = Clock()
    inner = clock.timed("data", work)

    def both() -> None:
        work(2)
        inner(3)

    clock.timed("model", both)()
    inner(7)
    inner(1)
    assert clock.spent == {"model": 5, "data": 8}
    assert clock.calls == {"both": [5], "work": [7, 1]}


def test_the_clock_goes_on_after_an_error():
    clock = Clock()

    def broken(*_: Any) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        clock.timed("model", broken)()
    assert not clock.running
    assert set(clock.spent) == {"model"}


def ran(seconds: float, rewards: float) -> Ran:
    spent = {"model": 5.0, "rewards": rewards, "data": 0.1, "watch": 0.1, "saving": 2.0}
    calls = {name: [0.001, 0.003] for name in ("accuracy", "format", "length")}
    return Ran(seconds, spent, calls, rollouts=100)


def test_shares_by_hand():
    one = ran(12.0, 0.1)
    assert one.ours == pytest.approx(0.3 / 12)
    assert one.outside == pytest.approx(0.5)


@pytest.mark.parametrize(("rewards", "met"), [(0.1, True), (1.0, False)])
def test_rows_judge_our_share(rewards: float, met: bool):
    found = rows([ran(12.0, rewards)] * 3, [ran(10.0, 0.1)] * 3)
    assert [r.value for r in found[:3]] == [pytest.approx(20)] * 3  # µs per rollout
    judged = {r.measure.partition(" (")[0]: r for r in found}["share of training that is ours"]
    assert judged.value == pytest.approx((rewards + 0.2) / 12)
    assert judged.met is met
    assert found[-1].value == pytest.approx(1.2)


def test_bare_trl_compares_letter_by_letter():
    said = [[{"content": "3"}], [{"content": "3."}]]
    assert same(said, ["3", "3"]) == [1.0, 0.0]


def test_a_small_run_is_the_tiny_example_but_for_what_is_changed():
    found = settings({"group_size": 4}, steps=2)
    assert (found.grpo.group_size, found.steps, found.threads) == (4, 2, 1)
    assert (found.grpo.beta, found.validation.every) == (0.04, 0)
