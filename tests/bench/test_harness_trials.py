"""Who runs when, and that a trial is run once."""

import pytest

from bench.harness_arms import (
    Arm,
    Run,
)
from bench.harness_data import Kind
from bench.harness_trials import SMOKE, Bench

RUN = Run(
    rate=100.0,
    cpu_requesting=2.0,
    cpu=4.0,
    wall=5.0,
    memory=10**8,
    endpoint_busy=0.1,
    output="",
)


def test_arms_take_turns_and_slow_ones_run_less_often(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    order: list[str] = []

    def run(self: Bench, name: str, arm: Arm, kind: Kind) -> Run:
        order.append(name)
        return RUN

    monkeypatch.setattr(Bench, "run", run)
    runs = bench.race("r", SMOKE.tiny)
    assert {arm: len(found) for arm, found in runs.items()} == {
        "bare": 3,
        "blindspot": 3,
        "async_openai": 1,
        "openai": 1,
    }
    assert order[:4] == ["r-0-bare", "r-0-blindspot", "r-0-async_openai", "r-0-openai"]
    assert order[4:] == ["r-1-blindspot", "r-1-bare", "r-2-bare", "r-2-blindspot"]


def test_a_trial_is_run_once(bench: Bench):
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [bench.once("x", make) for _ in range(3)] == [1, 1, 1]
