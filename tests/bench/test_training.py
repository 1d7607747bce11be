import json
import re
from pathlib import Path

import pytest

from bench import rows, training
from bench.contrasts import (
    Trial,
    World,
    balanced,
    cell_of,
    contrast,
    differences,
    gain,
    holm,
    is_weak,
    mixture,
    rates,
    sign_flip,
    strong_changes,
)
from bench.rows import Row
from bench.training_report import markdown, rows_of, summarise
from blindspot.core.records import CellShare, Sample, Weakness
from blindspot.core.training_set import Makeable


@pytest.mark.parametrize(
    ("values", "p"),
    [
        ([1.0], 1.0),
        ([1.0, 2.0, 3.0], 0.25),  # 2 of 8 sign assignments reach the observed mean
        ([1.0, 1.0, -1.0], 1.0),
        ([0.5] * 5, 0.0625),
        ([0.5] * 8, 2 / 256),
        ([3.0, 1.0, -1.0], 0.75),  # sums 5, 3, 3, 1 and their negatives: 6 of 8 reach 3
        ([0.0, 0.0], 1.0),
    ],
)
def test_sign_flip(values: list[float], p: float):
    assert sign_flip(values) == p


@pytest.mark.parametrize(
    ("raw", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.5, 0.5], [1.0, 1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
    ],
)
def test_holm(raw: list[float], adjusted: list[float]):
    assert holm(raw) == pytest.approx(adjusted)


def world(start: dict[str, float]) -> World:
    """Three cells: a1 a2 | b1 b2 b3 b4 | s1 s2, the last one strong."""
    cells = {name: name[0] for name in start}
    return World(
        cells=cells,
        categories={name: f"{cell}/plain" for name, cell in cells.items()},
        pictures={name: name for name in start},
        weak=frozenset({"a", "b"}),
        strong=frozenset({"s/plain"}),
        start=start,
    )


START = dict.fromkeys(("a1", "a2", "b1", "b2", "b3", "b4"), 0.0) | {"s1": 1.0, "s2": 1.0}


def test_gain_counts_every_cell_the_same():
    found = world(START)
    after = START | {"a1": 1.0, "b1": 1.0, "s1": 0.0}
    assert rates(after, found.cells) == {"a": 0.5, "b": 0.25, "s": 0.5}
    assert gain(after, found, found.weak) == pytest.approx(0.375)
    assert gain(after, found) == pytest.approx((0.5 + 0.25 - 0.5) / 3)


def test_a_sample_that_one_side_failed_on_leaves_the_pair():
    found = world(START)
    after = {k: v for k, v in (START | {"a1": 1.0}).items() if k != "a2"}
    assert gain(after, found, frozenset({"a"})) == 1.0
    assert differences([(after, START)])["a1"] == 1.0
    assert "a2" not in differences([(after, START)])


def test_balanced_changes_average_to_the_mean_over_cells():
    changes = {"a1": 1.0, "a2": 0.0, "b1": 1.0, "b2": 0.0, "b3": 0.0, "b4": 0.0}
    even = balanced(changes, {name: name[0] for name in changes})
    assert sum(even.values()) / len(even) == pytest.approx((0.5 + 0.25) / 2)


def test_contrast_is_paired_by_seed():
    found = world(START)
    ours = [START | {"a1": 1.0, "a2": 1.0}, START | {"a1": 1.0}]
    theirs = [START | {"a1": 1.0}, START]
    result = contrast("ours − theirs", ours, theirs, found)
    assert result.per_seed == pytest.approx((0.25, 0.25))
    assert result.value == pytest.approx(0.25)
    assert result.p == 0.5
    assert result.interval[0] <= 0.25 <= result.interval[1]


def test_strong_categories_are_compared_with_the_start():
    change, (low, high) = strong_changes([START | {"s1": 0.0}, START], world(START))["s/plain"]
    assert change == pytest.approx(-0.25)
    assert low <= -0.25 <= high


def test_quotas_follow_weights_and_sum_to_the_budget():
    cells = [share("counting", {"objects": v}) for v in ("few", "many")] + [share("color", {})]
    rows = mixture(cells, [1.0, 1.0, 1.0], 10)
    assert sorted(row.quota for row in rows) == [3, 3, 4]
    assert [row.name for row in rows] == [cell.name for cell in cells]
    assert sum(row.share for row in rows) == pytest.approx(1.0)


def share(capability: str, condition: dict[str, str]) -> CellShare:
    return CellShare(
        capability=capability,
        image_type="geometric",
        condition=condition,
        share=0.0,
        quota=0,
        why="a test",
    )


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"objects": "few", "content": "two circles"}, "counting/geometric objects=few"),
        ({"objects": "dozens"}, "counting/geometric"),
        ({}, "counting/geometric"),
    ],
)
def test_a_cell_has_the_conditions_that_a_source_knows(attributes: dict[str, str], name: str):
    can_make = [
        Makeable(
            capability="counting", image_type="geometric", conditions={"objects": ("few", "many")}
        )
    ]
    cell = cell_of(sample("counting", attributes), can_make)
    assert cell is not None
    assert cell.name == name
    assert cell_of(sample("color", attributes), can_make) is None


def sample(capability: str, attributes: dict[str, str]) -> Sample:
    return Sample(
        id="1",
        benchmark="b",
        question="?",
        prompt="?",
        target="2",
        answer_kind="number",
        capability=capability,
        image_type="geometric",
        attributes=attributes,
    )


@pytest.mark.parametrize(
    ("condition", "weak"),
    [({}, True), ({"objects": "many"}, True), ({"objects": "few"}, False), ({"x": "y"}, False)],
)
def test_a_cell_is_weak_inside_a_weakness(condition: dict[str, str], weak: bool):
    assert is_weak(share("counting", {"objects": "many"}), [weakness(condition)]) is weak
    assert not is_weak(share("color", {"objects": "many"}), [weakness(condition)])


def weakness(condition: dict[str, str]) -> Weakness:
    numbers = dict.fromkeys(
        ("passed", "raw_rate", "rate", "gap", "coverage", "p", "p_adjusted", "learnability"), 0.1
    )
    return Weakness.model_validate(
        {
            "id": "w",
            "name": "w",
            "capability": "counting",
            "image_type": "geometric",
            "condition": condition,
            "n": 10,
            "interval": (0.0, 0.2),
            **numbers,
        }
    )


def trials(seeds: int, lifted: dict[str, float]) -> list[Trial]:
    """Every arm as good as the start, but `diagnosis` and `sft`, which are `lifted`."""
    return [
        Trial(arm, seed, 24, 30, 1.0, START | (lifted if arm in ("diagnosis", "sft") else {}))
        for seed in range(seeds)
        for arm in ("diagnosis", "uniform", "random", "sft")
    ]


LIFTED = {"a1": 1.0, "a2": 1.0, "b1": 1.0, "b2": 1.0}


@pytest.mark.parametrize(("seeds", "met"), [(8, True), (3, None)])
def test_a_target_is_met_only_with_seeds_enough(seeds: int, met: bool | None):
    found = rows_of(summarise(world(START), trials(seeds, LIFTED)))
    contrasts, strong = found[:3], found[3]
    assert [row.met for row in contrasts] == [met] * 3
    assert [row.value for row in contrasts] == pytest.approx([75.0] * 3)
    assert strong.value == 0.0
    assert strong.met is True


def test_an_arm_that_is_worse_misses():
    worse = dict.fromkeys(LIFTED, 0.0)
    start = START | dict.fromkeys(LIFTED, 1.0) | {"b3": 1.0, "b4": 1.0}
    every = [
        Trial(t.arm, t.seed, 24, 30, 1.0, start | (worse if t.arm == "diagnosis" else {}))
        for t in trials(3, {})
    ]
    assert rows_of(summarise(world(start), every))[0].met is False


def test_the_tables_name_every_arm_and_the_limit_of_few_seeds():
    text = markdown(summarise(world(START), trials(3, LIFTED)), "About.")
    for arm in ("diagnosis", "uniform", "random", "sft", "none"):
        assert re.search(rf"^\| {arm} \|", text, re.MULTILINE)
    assert "With 3 seeds p cannot go below 0.25, nor Holm's below 0.75." in text
    assert "| diagnosis − uniform | +75.0 |" in text
    assert "| **a** | 0 | 100 | 0 | 0 | 100 |" in text


@pytest.mark.parametrize(
    ("interval", "precision", "met"),
    [
        ((0.6, 0.7), 0.2, True),
        ((0.45, 0.55), 0.2, True),
        ((0.1, 0.9), 0.2, None),
        ((0.1, 0.4), 0.2, False),
    ],
)
def test_verdict(interval: tuple[float, float], precision: float, met: bool | None):
    assert rows.verdict(interval, 0.5, precision=precision) is met
    turned = (-interval[1], -interval[0])
    assert rows.verdict(turned, -0.5, precision=precision, higher_is_better=False) is met


def test_rows_are_written_with_their_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    row = Row("T1", "a figure", 1.5, (1.0, 2.0), target="> 0", met=True)
    file = tmp_path / "new" / "rows.json"
    rows.publish("training", [row], file, seeds=3)
    written = json.loads(file.read_text())
    assert set(written) == {"commit", "seeds", "rows"}
    assert set(written["rows"][0]) == {
        "id", "measure", "value", "interval", "target", "to_beat", "met",
    }  # fmt: skip
    assert "a figure" in capsys.readouterr().out


def test_trials_of_another_setup_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "fingerprint", lambda _: "model")
    training.claim(training.smoke(tmp_path))
    training.claim(training.smoke(tmp_path))
    with pytest.raises(training.ConfigError, match=r"diagnosis|DiagnosticsSettings\.budget was 66"):
        training.claim(training.full(tmp_path, seeds=3, difficulty=False))


def test_smoke_measures_less_with_the_difficulty_gate_off(tmp_path: Path):
    small, whole = training.smoke(tmp_path), training.full(tmp_path, seeds=3, difficulty=False)
    assert small.seeds == 1
    assert small.config.training.steps < whole.config.training.steps
    assert not whole.config.generation.difficulty.enabled
    assert training.full(tmp_path, seeds=3, difficulty=True).config.generation.difficulty.enabled
