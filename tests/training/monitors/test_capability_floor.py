"""A policy that is too weak for what is made for it."""

import pytest

from blindspot.core.monitors import Alarm
from training.history import Cell, RoundHistory, Trained
from training.monitor_settings import MonitorSettings
from training.monitors.capability_floor import PLUGIN


def alarms(*cells: Cell, trained: Trained | None = None) -> dict[str, Alarm]:
    history = [RoundHistory(0, cells=cells, trained=trained), RoundHistory(1)]
    found = PLUGIN.figures(history, MonitorSettings())
    assert [f.name for f in found] == ["too hard", "yield", "pass rate"]
    return {f.name: f for f in found if isinstance(f, Alarm)}


def cell(candidates: int, admitted: int, too_hard: int, name: str = "a") -> Cell:
    return Cell(name, candidates, admitted, candidates, admitted + too_hard, too_hard)


def test_all_too_hard():
    found = alarms(cell(300, 0, 300))
    assert set(found) == {"too hard", "yield"}
    assert all(a.stop for a in found.values())


def test_ten_candidates_prove_nothing():
    assert not alarms(cell(10, 0, 10))


def test_a_yield_that_other_gates_lower_warns_and_does_not_stop():
    found = alarms(cell(1000, 20, 10))
    assert set(found) == {"yield"}
    assert not found["yield"].stop


def test_half_too_hard_is_healthy():
    assert not alarms(cell(400, 150, 200))


def test_cells_that_differ_count_less():
    alike = [cell(100, 6, 94, f"{i}") for i in range(10)]
    unlike = [cell(100, 60 if i == 0 else 0, 40 if i == 0 else 100, f"{i}") for i in range(10)]
    assert "too hard" in alarms(*alike)
    assert not alarms(*unlike)


@pytest.mark.parametrize(("accuracy", "prompts", "fires"), [
    (0.0, 1000, True), (0.0, 50, False), (0.05, 1000, False), (0.3, 5120, False),
])  # fmt: skip
def test_rollouts_that_are_never_right(accuracy, prompts, fires):
    assert ("pass rate" in alarms(trained=Trained(accuracy, prompts))) == fires


def test_before_the_first_set_nothing_is_measured():
    found = PLUGIN.figures([RoundHistory(0)], MonitorSettings())
    assert [f.value for f in found] == [None, None, None]
