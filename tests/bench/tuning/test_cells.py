"""The cells of arms: what a sample belongs to, what is weak, who gets how much."""

import pytest

from bench.tuning.cells import aimed, cell_of, scaled, weakness_of
from blindspot.core.records import CellShare, Sample, Weakness
from blindspot.core.training_set import Makeable


def test_quotas_follow_weights_and_sum_to_the_budget():
    cells = [share("counting", {"objects": v}) for v in ("few", "many")] + [share("color", {})]
    rows = aimed(cells, [1.0, 1.0, 1.0], 10, [])
    assert sorted(row.quota for row in rows) == [3, 3, 4]
    assert [row.name for row in rows] == [cell.name for cell in cells]
    assert sum(row.share for row in rows) == pytest.approx(1.0)


def test_a_cell_inside_a_weakness_says_so_in_every_arm():
    cells = [share("counting", {"objects": v}) for v in ("few", "many")]
    rows = aimed(cells, [3.0, 1.0], 8, [weakness({"objects": "many"})])
    assert [(row.quota, row.weakness) for row in rows] == [(6, None), (2, "w")]


def test_a_scaled_mixture_keeps_its_proportions():
    rows = aimed([share("counting", {}), share("color", {})], [3.0, 1.0], 8, [])
    assert [row.quota for row in scaled(rows, 0.5)] == [3, 1]
    assert [row.quota for row in scaled(rows, 2.0)] == [12, 4]
    assert scaled(rows, 1.0) == rows


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
    found = weakness_of(share("counting", {"objects": "many"}), [weakness(condition)])
    assert (found == "w") is weak
    assert weakness_of(share("color", {"objects": "many"}), [weakness(condition)]) is None


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
