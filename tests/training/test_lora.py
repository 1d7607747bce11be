import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.loading import load_weights
from training.quiet import quiet
from training.settings import LoraSettings, TrainingSettings
from training.stage import TrainingInputs, run

Make = Callable[..., TrainingSettings]
LORA = LoraSettings(enabled=True, rank=4, alpha=8)


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


@pytest.mark.parametrize("optimiser", ["grpo", "sft", "dpo"])
def test_the_adapter_is_merged_and_lies_beside(
    inputs: TrainingInputs, settings: Make, tmp_path: Path, optimiser: str
):
    import torch
    from peft import PeftModel

    artifact = run(settings(optimiser=optimiser, lora=LORA), inputs, tmp_path / "checkpoint")
    written = (artifact.path / "adapter" / "adapter_config.json").read_text()
    assert json.loads(written)["base_model_name_or_path"] is None
    assert str(tmp_path) not in written
    start, end = weights(Path(inputs.policy.checkpoint)), weights(artifact.path)
    assert {k: v.shape for k, v in end.items()} == {k: v.shape for k, v in start.items()}
    base = load_weights(inputs.policy.checkpoint, "float32")
    merged = load_weights(str(artifact.path), "float32")
    words = {"input_ids": torch.tensor([[4, 7, 8, 9, 5]]), "attention_mask": torch.ones(1, 5)}
    before = base(**words).logits
    with quiet():
        adapted = PeftModel.from_pretrained(base, str(artifact.path / "adapter"))(**words).logits
    assert torch.allclose(adapted, merged(**words).logits, atol=1e-5)
    assert not torch.allclose(adapted, before, atol=1e-4)


def test_a_frozen_tower_gets_no_adapter(inputs: TrainingInputs, settings: Make, tmp_path: Path):
    config = settings(optimiser="sft", lora=LORA, train_vision_tower=False)
    artifact = run(config, inputs, tmp_path / "checkpoint")
    start, end = weights(Path(inputs.policy.checkpoint)), weights(artifact.path)
    changed = {name for name in start if not start[name].float().equal(end[name].float())}
    assert changed
    assert not any("vision_tower" in name for name in changed)


def test_only_the_named_layers_change(inputs: TrainingInputs, settings: Make, tmp_path: Path):
    lora = LORA.model_copy(update={"target_modules": ("v_proj",)})
    artifact = run(settings(optimiser="sft", lora=lora), inputs, tmp_path / "checkpoint")
    start, end = weights(Path(inputs.policy.checkpoint)), weights(artifact.path)
    changed = {name for name in start if not start[name].float().equal(end[name].float())}
    assert changed
    assert all("v_proj" in name for name in changed)


def test_layers_that_are_not_there_are_named(
    inputs: TrainingInputs, settings: Make, tmp_path: Path
):
    lora = LORA.model_copy(update={"target_modules": ("v_proj", "w_proj")})
    with pytest.raises(ConfigError, match="no part called w_proj"):
        run(settings(lora=lora), inputs, tmp_path / "checkpoint")


def test_sft_of_adapters_lowers_the_loss(
    inputs: TrainingInputs,
    settings: Make,
    metrics: Callable[[Path], list[dict[str, Any]]],
    tmp_path: Path,
):
    config = settings(optimiser="sft", lora=LORA, steps=15)
    artifact = run(config, inputs, tmp_path / "checkpoint")
    losses = [record["loss"] for record in metrics(artifact.path)]
    assert losses[-1] < losses[0] - 0.15  # the untrained output layer, which gets none, bounds it
