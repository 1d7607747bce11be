"""Contrasts of trials against hand-worked numbers."""

import pytest

from bench.tuning.contrasts import (
    World,
    balanced,
    contrast,
    differences,
    gain,
    holm,
    over_seeds,
    rates,
    sign_flip,
    strong_changes,
)


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


def test_gain_counts_every_cell_the_same(world: World):
    after = {**world.start, "a1": 1.0, "b1": 1.0, "s1": 0.0}
    assert rates(after, world.cells) == {"a": 0.5, "b": 0.25, "s": 0.5}
    assert gain(after, world, world.weak) == pytest.approx(0.375)
    assert gain(after, world) == pytest.approx((0.5 + 0.25 - 0.5) / 3)


def test_a_sample_that_one_side_failed_on_leaves_the_pair(world: World):
    after = {k: v for k, v in {**world.start, "a1": 1.0}.items() if k != "a2"}
    assert gain(after, world, frozenset({"a"})) == 1.0
    assert differences([(after, world.start)])["a1"] == 1.0
    assert "a2" not in differences([(after, world.start)])


def test_balanced_changes_average_to_the_mean_over_cells():
    changes = {"a1": 1.0, "a2": 0.0, "b1": 1.0, "b2": 0.0, "b3": 0.0, "b4": 0.0}
    even = balanced(changes, {name: name[0] for name in changes})
    assert sum(even.values()) / len(even) == pytest.approx((0.5 + 0.25) / 2)


def test_contrast_is_paired_by_seed(world: World):
    ours = [{**world.start, "a1": 1.0, "a2": 1.0}, {**world.start, "a1": 1.0}]
    theirs = [{**world.start, "a1": 1.0}, world.start]
    result = contrast("ours − theirs", ours, theirs, world)
    assert result.per_seed == pytest.approx((0.25, 0.25))
    assert result.value == pytest.approx(0.25)
    assert result.p == 0.5
    assert result.interval[0] <= 0.25 <= result.interval[1]


def test_strong_categories_are_compared_with_the_start(world: World):
    change, (low, high) = strong_changes([{**world.start, "s1": 0.0}, world.start], world)[
        "s/plain"
    ]
    assert change == pytest.approx(-0.25)
    assert low <= -0.25 <= high


def test_the_interval_over_seeds_is_students():
    half = 4.302653 / 3**0.5  # the table's t of .975 with two degrees of freedom
    assert over_seeds([1.0, 2.0, 3.0]) == pytest.approx((2 - half, 2 + half))
    assert over_seeds([1.0]) is None
