"""What an arm asks for, and how it is trained."""

from collections.abc import Sequence

import pytest

from bench.generating.runs import diagnosis
from bench.tuning.contrasts import World
from bench.tuning.curve import AIMED, CURVE
from bench.tuning.gain import AGAIN, ARMS
from bench.tuning.trials import Arm, mixture, tuned
from bench.tuning.world import Start
from blindspot.core.records import CellShare
from training.settings import TrainingSettings


def share(capability: str, quota: int) -> CellShare:
    return CellShare(
        capability=capability, image_type="geometric", share=quota / 30, quota=quota, why="a test"
    )


def start(diagnosed: Sequence[CellShare]) -> Start:
    names = ("color", "counting", "shape")
    world = World({}, {}, {}, frozenset(), frozenset(), {})
    return Start(world, tuple(share(name, 0) for name in names), diagnosis(diagnosed))


START = start([share("counting", 24), share("color", 6)])


@pytest.mark.parametrize("arm", [*ARMS, *AGAIN], ids=lambda arm: arm.name)
def test_arms_of_t1_have_equal_budgets(arm):
    assert sum(row.quota for row in mixture(START, arm, 3)) == 30


def test_uniform_is_even_and_random_is_the_seeds():
    assert [row.quota for row in mixture(START, Arm("u", weights="uniform"), 0)] == [10] * 3
    drawn = [mixture(START, Arm("r", weights="random"), seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_diagnosed_mixture_is_taken_as_it_is():
    assert mixture(START, Arm("diagnosis"), 0) == START.diagnosis.mixture


def test_steps_grow_with_the_samples():
    settings = TrainingSettings(steps=60)
    for units, arm in (*CURVE.items(), *AIMED.items()):
        assert sum(row.quota for row in mixture(START, arm, 0)) == 30 * units
        assert tuned(settings, arm, 0).steps == 60 * units


def test_sft_changes_the_optimiser_alone():
    (sft,) = (arm for arm in ARMS if arm.name == "sft")
    settings = TrainingSettings()
    changed = {"seed": 2, "optimiser": "sft"}
    assert tuned(settings, sft, 2) == settings.model_copy(update=changed)
    assert sft.data == "diagnosis"
