from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError, DataError
from training.settings import LoraSettings, TrainingSettings
from training.stage import TrainingInputs, run

Make = Callable[..., TrainingSettings]


@pytest.mark.parametrize("adapters", [False, True])
def test_the_verified_answer_comes_to_be_preferred(
    inputs: TrainingInputs,
    settings: Make,
    metrics: Callable[[Path], list[dict[str, Any]]],
    tmp_path: Path,
    adapters: bool,
):
    config = settings(optimiser="dpo", steps=12, lora=LoraSettings(enabled=adapters))
    artifact = run(config, inputs, tmp_path / "checkpoint")
    records = metrics(artifact.path)
    assert records[0]["rewards/margins"] == pytest.approx(0, abs=1e-5)  # it is its own reference
    assert records[0]["loss"] == pytest.approx(0.6931, abs=1e-3)
    least = 0.05 if adapters else 0.3  # the output layer, which gets none, bounds adapters
    assert records[-1]["rewards/margins"] > least
    assert records[-1]["rewards/accuracies"] == 1
    assert artifact.manifest.counts == {"samples": 12, "steps": 12, "rollouts": 0}


def test_a_training_set_without_pairs(
    inputs: TrainingInputs, settings: Make, make_training_set: Callable[..., Path], tmp_path: Path
):
    bare = replace(inputs, training_set=make_training_set(name="bare"))
    with pytest.raises(DataError, match=r"generation\.negatives\.samples"):
        run(settings(optimiser="dpo"), bare, tmp_path / "checkpoint")


def test_a_reference_that_cannot_be_loaded_again(
    nameless: TrainingInputs, settings: Make, tmp_path: Path
):
    with pytest.raises(ConfigError, match="cannot be loaded a second time"):
        run(settings(optimiser="dpo"), nameless, tmp_path / "checkpoint")
    lora = LoraSettings(enabled=True, rank=2)
    assert run(settings(optimiser="dpo", lora=lora), nameless, tmp_path / "adapters")


def test_a_killed_run_continues_to_the_same_bits(check_resume: Callable[..., None], settings: Make):
    check_resume(settings(optimiser="dpo", steps=14, save_every=3, threads=1))
