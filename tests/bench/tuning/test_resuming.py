"""T5's counts, on trainings that are made up. (Real kills: tests/training/test_resume.py.)"""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.tuning.resuming import Made, _noting, disordered, repeated, rows, seen

ORDER = ((0, ("a", "b")), (0, ("c",)), (1, ("d",)), (2, ("e",)))
WHOLE = Made({"model.safetensors": "1"}, "whole", ORDER)
AGAIN = Made({"model.safetensors": "1"}, "whole", (*ORDER[:3], *ORDER[2:]), kills=1)


def test_steps_that_were_taken_again_are_no_other_order():
    assert disordered(WHOLE.order, AGAIN.order) == 0
    assert repeated(WHOLE.order) == 0
    assert repeated(AGAIN.order) == 1
    assert repeated(ORDER * 3) == 6


def test_another_order_is_found():
    swapped = ((0, ("b", "a")), *ORDER[1:])
    assert disordered(ORDER, swapped) == 2
    assert disordered(ORDER, ORDER[:3]) == 1


def test_rows_say_what_went_wrong():
    assert [(r.value, r.met) for r in rows(WHOLE, [AGAIN])] == [(0, True), (0, True), (1, True)]
    bad = Made({"model.safetensors": "2"}, "other", ORDER[:2] * 6, kills=1)
    assert [(r.value, r.met) for r in rows(WHOLE, [bad])] == [(1, False), (2, False), (5, False)]


def test_without_a_kill_nothing_is_measured():
    with pytest.raises(ValueError, match="no process"):
        rows(WHOLE, [WHOLE])


def test_what_a_run_writes_down_is_read_again(tmp_path: Path):
    class State:
        global_step = 7

    def make(name: str, shown: Any) -> Any:
        return lambda **columns: [1.0] * len(columns["id"])

    path = tmp_path / "order.jsonl"
    reward = _noting(path, make)("accuracy", None)
    assert reward.__name__ == "accuracy"
    assert reward(trainer_state=State(), id=["x", "y"]) == [1.0, 1.0]
    with path.open("a") as file:
        file.write(json.dumps([8, ["z"]])[:-1])  # as if killed while writing
    assert seen(path) == ((7, ("x", "y")),)
    assert seen(tmp_path / "none") == ()
