"""G5 counts what is missing, what is too many and what a filter had rejected."""

import pytest

from bench.extent import Extent
from bench.generating.quotas import filled, measure, result
from bench.generating.rounding import STARVED_BY, Draw, back_fill, draw, floor_rounding
from blindspot.core.training_set import CellOutcome

EASY = Draw(0, 10, (0.55, 0.45), (0.0, 0.0))
HARD = Draw(0, 10, (0.5, 0.5), (0.0, 1.0))


def outcome(cell: int, quota: int, admitted: int, why: str | None = None) -> CellOutcome:
    return CellOutcome(
        name=f"capability-{cell:02}/geometric",
        split="train",
        quota=quota,
        admitted=admitted,
        candidates=admitted,
        open_because=why,
    )


def test_error_counts_both_directions():
    assert result(EASY, [outcome(0, 6, 6), outcome(1, 4, 4)]).wrong == 0
    assert result(EASY, [outcome(0, 6, 7), outcome(1, 4, 2)]).wrong == 3
    assert result(EASY, [outcome(0, 6, 6)]).wrong == 4


@pytest.mark.parametrize("by", STARVED_BY)
def test_a_starved_cell_must_say_its_own_cause(tmp_path, by):
    drawn = Draw(1, 40, (0.6, 0.4), (0.2, 0.2), starved=1, by=by)
    found = filled(drawn, tmp_path / "fill")
    assert (found.wrong, found.explained) == (0, True)
    silent = [outcome(0, 24, 24), outcome(1, 16, 0, "something else")]
    assert not result(drawn, silent).explained
    assert not result(drawn, [outcome(0, 24, 24), outcome(1, 16, 16)]).explained


def test_floors_lose_what_they_cut_off():
    assert floor_rounding(EASY, 40).wrong == 1  # 5.5 → 5 and 4.5 → 4 of 6 and 4
    assert floor_rounding(HARD, 40).wrong == 5


def test_a_back_fill_lets_in_what_was_rejected():
    assert back_fill(EASY).wrong == 1
    assert back_fill(HARD).wrong == 5


def test_draws_come_again_and_differ():
    assert draw(3) == draw(3) != draw(4)
    assert draw(3).starved is not None
    assert draw(4).starved is None


def test_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(Extent, "draws", lambda self, smoke, full: 6)
    rows = measure(Extent(full=False, work=tmp_path))
    assert [r.value for r in rows] == [0.0, 0.0, 1.0]
    assert [r.met for r in rows] == [True, True, True]
    assert "floor rounding" in rows[0].to_beat
