"""What the measures say of what they saw."""

from pathlib import Path

from bench.scaling import calling, computing, drawing, killing, waiting
from bench.scaling.computing import Arm
from blindspot.core.records import Completion
from generation.settings import GenerationSettings

RED, BLUE = Completion(text="red"), Completion(text="blue")


def test_shares_are_taken_within_a_repetition():
    alone = [Arm([RED, RED], 10, 1), Arm([RED, RED], 20, 1)]
    one = [Arm([RED, RED], 20, 5), Arm([RED, RED], 25, 6)]
    two = [Arm([RED, RED], 10, 7), Arm([RED, RED], 20, 8)]
    same, cost, gain, starts = computing.rows(alone, one, two)
    assert (same.value, same.met) == (0, True)
    assert (cost.value, cost.interval) == (0.65, (0.5, 0.8))
    assert (gain.value, gain.interval) == (1.625, (1.25, 2.0))
    assert (starts.value, starts.interval) == (6.5, (5, 8))


def test_one_outcome_that_differs_is_a_miss():
    alone, other = [Arm([RED, RED], 1, 1)], [Arm([RED, BLUE], 1, 1)]
    assert computing.rows(alone, alone, other)[0].value == 1
    assert computing.rows(alone, alone, other)[0].met is False


def test_the_share_is_of_what_copies_without_any_cost_would_take():
    assert waiting.row(1.0, 80, 4, 20.0).value == 1.0
    assert waiting.row(1.0, 80, 4, 21.0).met is True
    assert waiting.row(1.0, 80, 4, 25.0).met is False
    assert waiting.row(0.1, 80, 4, 4.0).met is None


def test_a_node_lost_after_the_end_proves_nothing():
    assert [row.met for row in killing.rows(96, 40, [], 0)] == [True, True]
    assert [row.met for row in killing.rows(96, 96, [], 0)] == [None, None]
    files, twice = killing.rows(96, 40, ["metrics.json"], 3)
    assert (files.value, files.met, twice.value, twice.met) == (1, False, 3, False)
    assert "metrics.json" in files.measure


def test_files_are_compared_by_their_bytes(tmp_path: Path):
    for run in ("one", "other"):
        folder = tmp_path / run / "round-0" / "evaluation"
        folder.mkdir(parents=True)
        for name in killing.FILES:
            (folder / name).write_text(name)
    assert killing.differing(tmp_path / "one", tmp_path / "other") == []
    (tmp_path / "one" / "round-0" / "evaluation" / "metrics.json").write_text("{}")
    assert killing.differing(tmp_path / "one", tmp_path / "other") == ["metrics.json"]


def test_all_samples_have_a_cell():
    cells = drawing.mixture(GenerationSettings(), 16)
    assert sum(cell.quota for cell in cells) == 16
    seconds = {"local": [1.0], "one": [2.0], "two": [1.6]}
    same, cost, gain = drawing.rows(16, seconds, 0)
    assert (same.met, cost.value, gain.value) == (True, 0.5, 1.25)
    assert drawing.rows(16, seconds, 1)[0].met is False


def test_calls_are_counted_for_each_sample_that_was_made():
    found = calling.rows({"writer": 30, "policy": 90, "edits": 0}, 10)
    assert [(row.measure, row.value) for row in found] == [
        ("calls of the policy for a training sample, of 10", 9.0),
        ("calls of the writer for a training sample, of 10", 3.0),
    ]
