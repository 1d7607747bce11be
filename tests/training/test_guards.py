from typing import Any

import pytest

from training.guards import GUARDS, alarm
from training.settings import GuardSettings

SETTINGS = GuardSettings(window=3)
HEALTHY = {
    "kl": 0.1,
    "entropy": 1.0,
    "completions/mean_length": 20.0,
    "completions/clipped_ratio": 0.1,
    "rewards/accuracy/mean": 0.5,
    "reward": 0.5,
}


def run(**last: Any) -> list[dict[str, Any]]:
    """Six healthy steps, then three of which the last differ."""
    return [HEALTHY | {"step": i} for i in range(1, 7)] + [
        HEALTHY | last | {"step": i} for i in range(7, 10)
    ]


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ({}, None),
        ({"kl": 12.0}, "kl"),
        ({"kl": 9.0}, None),
        ({"entropy": 0.05}, "entropy"),
        ({"entropy": 0.05, "reward": 0.6}, None),  # sure of itself, and right
        ({"completions/mean_length": 61.0}, "length"),
        ({"completions/mean_length": 61.0, "reward": 0.6}, None),  # longer, and better
        ({"reward": 0.6, "rewards/accuracy/mean": 0.35}, "divergence"),
        ({"reward": 0.4, "rewards/accuracy/mean": 0.35}, None),  # worse, but no cheat
        ({"completions/clipped_ratio": 0.6}, "truncated"),
        ({"completions/clipped_ratio": 0.4}, None),
    ],
)
def test_each_alarm_and_its_neighbour(last: dict[str, Any], name: str | None):
    found = alarm(run(**last), SETTINGS)
    assert (found.name if found else None) == name
    assert found is None or (found.step == 9 and found.said)


@pytest.mark.parametrize("name", GUARDS)
def test_one_odd_step_stops_nothing(name: str):
    odd = {
        "kl": {"kl": 20.0},
        "entropy": {"entropy": 0.0},
        "length": {"completions/mean_length": 120.0},
        "divergence": {"reward": 0.7, "rewards/accuracy/mean": 0.3},
        "truncated": {"completions/clipped_ratio": 1.0},
    }[name]
    records = [*run()[:-1], HEALTHY | odd | {"step": 9}]
    assert alarm(records, SETTINGS) is None


def test_short_answers_may_grow_by_a_few_tokens():
    grown = [r | {"completions/mean_length": 2.0} for r in run()[:6]]
    grown += [HEALTHY | {"completions/mean_length": 9.0}] * 3
    assert alarm(grown, SETTINGS) is None


def test_validation_that_falls_while_the_reward_rises():
    records = run(reward=0.7)
    for step, score in ((2, 0.6), (4, 0.62), (6, 0.5), (9, 0.48)):
        records[step - 1]["validation"] = score
    found = alarm(records, SETTINGS)
    assert found is not None
    assert (found.name, round(found.figure, 2)) == ("divergence", 0.12)


def test_what_is_not_logged_alarms_nobody():
    assert alarm([{"loss": 1.0, "step": i} for i in range(20)], SETTINGS) is None


def test_imitation_may_become_sure_of_itself():
    records = [{"loss": 1.0, "entropy": 1.0, "step": i} for i in range(5)]
    records += [{"loss": 0.01, "entropy": 0.01, "step": i} for i in range(5, 10)]
    assert alarm(records, SETTINGS) is None


def test_too_short_a_run_is_not_compared_with_its_beginning():
    assert alarm(run(entropy=0.05)[4:], SETTINGS) is None
    assert alarm(run(entropy=0.05)[3:], SETTINGS)


def test_the_divergence_needs_no_beginning():
    """It is measured against the start checkpoint: a run of ten steps is stopped by it."""
    found = alarm([HEALTHY | {"kl": 50.0, "step": i} for i in range(1, 6)], GuardSettings())
    assert found is not None
    assert (found.name, found.step) == ("kl", 5)
    assert alarm([HEALTHY | {"kl": 50.0}] * 4, GuardSettings()) is None
