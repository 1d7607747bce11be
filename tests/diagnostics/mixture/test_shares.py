"""Hand-worked mixtures, and what must hold for every one."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.mixture.shares import (
    Cell,
    blend,
    capped,
    floored,
    largest_remainder,
    quotas,
    shares,
)

SETTINGS = {"prior_share": 0.25, "floor": 0.02, "cap": 0.35}
amounts = st.floats(0, 1, allow_subnormal=False)
floors = st.sampled_from([0.0, 0.0, 0.0, 0.04])
cell_lists = st.lists(
    st.tuples(st.integers(0, 11), amounts, amounts, amounts, floors), min_size=1, max_size=40
).map(lambda rows: [Cell(f"c{i}", f"type {t}", *row) for i, (t, *row) in enumerate(rows)])


def test_the_formula_by_hand():
    cells = [Cell("a", "x", weight=3, prior=0.5), Cell("b", "y", weight=1, prior=0.5)]
    assert blend(cells, 0.25) == pytest.approx({"a": 0.75 * 0.75 + 0.125, "b": 0.3125})


def test_no_weight_gives_the_prior():
    cells = [Cell("a", "x", prior=0.2), Cell("b", "y", prior=0.6)]
    assert blend(cells, 0.25) == pytest.approx({"a": 0.25, "b": 0.75})


def test_half_is_inertia():
    cells = [Cell("a", "x", prior=1.0), Cell("b", "y", before=0.4)]
    assert blend(cells, 0.25) == pytest.approx({"a": 0.5, "b": 0.5})


def test_a_type_below_the_floor_is_raised_and_the_others_pay():
    raised = floored({"a": 0.99, "b": 0.01, "c": 0.0}, {"a": "x", "b": "y", "c": "z"}, 0.02, {})
    assert raised == pytest.approx({"a": 0.96, "b": 0.02, "c": 0.02})


def test_a_never_sampled_type_splits_its_floor_evenly():
    raised = floored({"a": 1.0, "b": 0.0, "c": 0.0}, {"a": "x", "b": "y", "c": "y"}, 0.02, {})
    assert raised == pytest.approx({"a": 0.98, "b": 0.01, "c": 0.01})


def test_a_cell_with_a_floor_of_its_own_is_paid_by_its_type_and_then_by_the_others():
    types = {"a": "x", "b": "x", "c": "y"}
    within = floored({"a": 0.01, "b": 0.49, "c": 0.5}, types, 0.02, {"a": 0.04})
    assert within == pytest.approx({"a": 0.04, "b": 0.46, "c": 0.5})
    beyond = floored({"a": 0.01, "b": 0.01, "c": 0.98}, types, 0.02, {"a": 0.04})
    assert beyond == pytest.approx({"a": 0.04, "b": 0.0, "c": 0.96})


def test_floors_beyond_the_whole_are_scaled_down():
    raised = floored({"a": 0.5, "b": 0.5}, {"a": "x", "b": "y"}, 0.02, {"a": 0.9, "b": 0.9})
    assert raised == pytest.approx({"a": 0.5, "b": 0.5})


def test_the_excess_over_the_cap_goes_to_the_others_in_proportion():
    assert capped({"a": 0.6, "b": 0.2, "c": 0.1, "d": 0.1}, 0.35) == pytest.approx(
        {"a": 0.35, "b": 0.325, "c": 0.1625, "d": 0.1625}
    )


def test_two_cells_cannot_keep_a_cap_of_35_percent():
    assert capped({"a": 0.9, "b": 0.1}, 0.35) == pytest.approx({"a": 0.5, "b": 0.5})


def test_largest_remainder_by_hand():
    assert largest_remainder({"a": 1.5, "b": 1.5, "c": 0.4, "d": 0.6}, 4) == {
        "a": 2,
        "b": 1,
        "c": 0,
        "d": 1,
    }


@given(cell_lists, st.integers(1, 5000), st.randoms())
def test_sum_floor_cap_and_order(cells: list[Cell], budget: int, rng: random.Random):
    share = shares(cells, **SETTINGS)
    type_of = {c.name: c.image_type for c in cells}
    quota = quotas(share, type_of, budget)
    types = set(type_of.values())
    cap = max(0.35, 1 / len(cells))
    assert math.fsum(share.values()) == pytest.approx(1)
    assert sum(quota.values()) == budget
    for name in type_of:
        assert share[name] <= cap + 1e-9
        assert math.floor(share[name] * budget - 1e-6) <= quota[name]
        assert quota[name] <= math.ceil(cap * budget + 1e-6)
    own = {c.name: c.floor / max(1.0, _asked(cells)) for c in cells}
    assert all(share[name] >= own[name] - 1e-9 for name in own)
    for image_type in types:
        own = [n for n in type_of if type_of[n] == image_type]
        floor = 0.02 / max(1.0, _asked(cells))
        assert sum(share[n] for n in own) >= floor - 1e-9
        assert sum(quota[n] for n in own) >= math.floor(floor * budget - 1e-6)
    shuffled = rng.sample(cells, len(cells))
    assert shares(shuffled, **SETTINGS) == share
    assert quotas(shares(shuffled, **SETTINGS), type_of, budget) == quota


@given(cell_lists, st.integers(0, 39), amounts)
def test_more_weight_never_lowers_a_cells_share(cells: list[Cell], which: int, more: float):
    i = which % len(cells)
    heavier = [*cells[:i], replace(cells[i], weight=cells[i].weight + more), *cells[i + 1 :]]
    before, after = shares(cells, **SETTINGS), shares(heavier, **SETTINGS)
    assert after[cells[i].name] >= before[cells[i].name] - 1e-9


def _asked(cells: list[Cell]) -> float:
    """What all floors come to."""
    own: dict[str, float] = {}
    for c in cells:
        own[c.image_type] = own.get(c.image_type, 0.0) + c.floor
    return sum(max(0.02, v) for v in own.values())
