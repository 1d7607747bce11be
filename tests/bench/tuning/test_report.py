"""T1's rows and tables."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.tuning.contrasts import World
from bench.tuning.diversity import Diversity
from bench.tuning.report import rows_of, summarise, tables
from bench.tuning.trials import Trial

ARMS = ("diagnosis", "uniform", "random", "sft")
AGAINST = ("uniform", "random", "none")
LIFTED = {"a1": 1.0, "a2": 1.0, "b1": 1.0, "b2": 1.0}


def trial(arm: str, seed: int, scores: dict[str, float]) -> Trial:
    diverse = Diversity(cells=3.0, questions=0.5, asked=1.0, pictures=0.2)
    return Trial(arm, seed, 24, 30, 60, "", 1.0, diverse, scores)


def trials(start: Mapping[str, float], seeds: int) -> dict[str, list[Trial]]:
    """Every arm as good as the start, but `diagnosis` and `sft`, which are lifted."""
    ours = {**start, **LIFTED}
    return {
        arm: [
            trial(arm, seed, ours if arm in ("diagnosis", "sft") else {**start})
            for seed in range(seeds)
        ]
        for arm in ARMS
    }


@pytest.mark.parametrize(("seeds", "met"), [(8, True), (3, None)])
def test_a_target_is_met_only_with_seeds_enough(world: World, seeds: int, met: bool | None):
    found = rows_of(summarise(world, trials(world.start, seeds), AGAINST))
    contrasts, strong = found[:3], found[3]
    assert [row.met for row in contrasts] == [met] * 3
    assert [row.value for row in contrasts] == pytest.approx([75.0] * 3)
    assert strong.value == 0.0
    assert strong.met is True


def test_every_arm_that_was_run_is_a_row(world: World):
    found = rows_of(summarise(world, trials(world.start, 3), AGAINST))[4:]
    assert [row.measure.split(":")[0] for row in found] == [f"arm {arm}" for arm in ARMS]
    assert [row.value for row in found] == pytest.approx([75.0, 0.0, 0.0, 75.0])
    assert "24 samples of 30 candidates, 60 steps, 0 stopped by a guard" in found[0].measure


def test_an_arm_that_is_worse_misses(world: World):
    start = {**world.start, **dict.fromkeys(LIFTED, 1.0), "b3": 1.0, "b4": 1.0}
    worse = start | dict.fromkeys(LIFTED, 0.0)
    every = {
        arm: [trial(arm, seed, worse if arm == "diagnosis" else start) for seed in range(3)]
        for arm in ARMS
    }
    assert rows_of(summarise(replace(world, start=start), every, AGAINST))[0].met is False


def test_a_strong_category_that_falls_is_no_harm_at_most_at_five_points(world: World):
    fallen = {arm: [trial(arm, 0, {**world.start, "s1": 0.0, "s2": 0.0})] for arm in ARMS}
    strong = rows_of(summarise(world, fallen, AGAINST))[3]
    assert (strong.value, strong.met) == (-100.0, False)


def test_the_tables_name_every_arm_and_the_limit_of_few_seeds(world: World):
    text = tables(summarise(world, trials(world.start, 3), AGAINST), "About.")
    for arm in (*ARMS, "none"):
        assert re.search(rf"^\| {arm} \|", text, re.MULTILINE)
    assert "With 3 seeds p cannot go below 0.25, nor Holm's below 0.75." in text
    assert "| diagnosis − uniform | +75.0 |" in text
    assert "| **a** | 0 | 100 | 0 | 0 | 100 |" in text
