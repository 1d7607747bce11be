"""A killed run continues to the same bits (dpo: tests/training/optimisers)."""

from collections.abc import Callable

import pytest

from training.settings import TrainingSettings


@pytest.mark.parametrize("optimiser", ["grpo", "sft"])
def test_all_weights(
    check_resume: Callable[..., None], settings: Callable[..., TrainingSettings], optimiser: str
):
    check_resume(settings(optimiser=optimiser, steps=14, save_every=3, threads=1))
