"""The script of faults, and what kills cost."""

from collections.abc import Callable

import pytest

from bench.endpoint import Call
from bench.harness_arms import (
    Arm,
)
from bench.harness_faults import (
    ACCURACY,
    FAILING,
    PASSING,
    kills,
    outcome,
    script,
    theirs,
)
from bench.harness_trials import FULL, Bench


def test_the_outcome_of_a_kill_adds_what_is_missing_to_what_was_lost(call: Callable[..., Call]):
    before = [call(n, answered=1.0) for n in range(10)] + [call(10), call(11)]
    after = [call(n, answered=2.0) for n in range(7, 14)]
    found = outcome(before, after, missing=3, concurrency=2)
    assert found == {"answered": 10, "lost": 4, "again": 5}


def test_results_of_lmms_eval_are_read_from_its_last_line():
    text = 'Postprocessing: {"x": 1}\n100%\n\n{"results": {"alias": "a", "accuracy,none": 0.64}}\n'
    assert theirs(text).accuracy == 0.64
    assert theirs(text).failures == 0


@pytest.mark.parametrize("samples", [50, 1000])
def test_faults_are_independent_of_being_right_and_exactly_as_many(samples: int):
    made = script(samples)
    wrong = set(made.wrong)
    for_good = {n for n, f in made.faults.items() if f.attempts is None}
    assert len(wrong) == round((1 - ACCURACY) * samples)
    assert len(for_good) == round(FAILING * samples)
    assert len(made.faults) == len(for_good) + round(PASSING * samples)
    assert len(for_good & wrong) == round(FAILING * (1 - ACCURACY) * samples)
    assert {f.kind for f in made.faults.values()} >= {"rate_limit", "server", "drop", "garbage"}


def test_any_kill_that_loses_something_misses_the_target(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    def kill(bench: Bench, arm: Arm, number: int) -> dict[str, int]:
        return {"lost": int(arm != "blindspot"), "again": 10 + 60 * number}

    monkeypatch.setattr("bench.harness_faults._kill", kill)
    answers, again = kills(bench)
    assert answers.met is True
    assert answers.by_arm["async_openai"].value == 1
    assert again.by_arm["blindspot"].value == 10 + 60 * (FULL.kills - 1)
    assert again.met is False
