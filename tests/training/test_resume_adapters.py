"""A killed run that trains adapters continues to the same bits."""

from collections.abc import Callable

import pytest

from training.settings import LoraSettings, TrainingSettings


@pytest.mark.parametrize("optimiser", ["grpo", "dpo"])
def test_adapters(
    check_resume: Callable[..., None], settings: Callable[..., TrainingSettings], optimiser: str
):
    lora = LoraSettings(enabled=True, rank=4, alpha=8)
    check_resume(settings(optimiser=optimiser, lora=lora, steps=14, save_every=3, threads=1))
