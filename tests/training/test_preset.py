from pathlib import Path
from typing import Any

import pytest

from blindspot.core.config import Settings, identity, load
from blindspot.core.errors import ConfigError
from training import preset
from training.optimiser import optimisers
from training.reward import rewards
from training.settings import TrainingSettings


@pytest.mark.parametrize("name", preset.names())
def test_every_preset_loads_and_names_what_there_is(name: str):
    settings = TrainingSettings.model_validate({"preset": name})
    assert identity(settings) != identity(TrainingSettings())
    optimisers.load(settings.optimiser)
    for reward in settings.grpo.rewards:
        rewards.load(reward)


def test_the_presets_are_those_of_the_documentation():
    assert preset.names() == ["eight-gpu-full", "multi-node", "one-gpu-lora", "tiny-cpu"]


def test_the_recipe_of_the_paper():
    full = TrainingSettings.model_validate({"preset": "eight-gpu-full"})
    assert (full.steps, full.prompts_per_step) == (10, 512)
    grpo = full.grpo
    assert (grpo.group_size, grpo.learning_rate, grpo.beta) == (8, 1e-6, 0.01)
    assert (grpo.epsilon, grpo.epsilon_high) == (0.2, 0.3)
    assert grpo.rewards == {"accuracy": 0.9, "format": 0.1}


@pytest.mark.parametrize("name", preset.names())
def test_every_guard_can_stop_a_run_before_its_last_step(name: str):
    settings = TrainingSettings.model_validate({"preset": name})
    assert 2 * settings.guards.window < settings.steps


def test_the_config_wins(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text(
        'preset = "one-gpu-lora"\nsteps = 7\n[grpo]\nbeta = 0.5\n[grpo.rewards]\nlength = 1.0\n'
    )
    settings = load(path, TrainingSettings, ("lora.rank=4",))
    assert (settings.steps, settings.lora.rank, settings.grpo.beta) == (7, 4, 0.5)
    assert settings.grpo.rewards == {"length": 1.0}  # one value, not merged
    assert (settings.lora.enabled, settings.dtype) == (True, "bfloat16")


@pytest.mark.parametrize("name", preset.names())
def test_as_overrides_it_wins_over_what_was_kept(name: str, tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text("[training]\nsteps = 3\n[training.grpo.rewards]\nlength = 1.0\n")
    found = load(path, _Config, preset.overrides(name)).training
    assert identity(found) == identity(TrainingSettings.model_validate({"preset": name})) | {
        "grpo": identity(found.grpo)
    }
    rewards_are_set = name != "tiny-cpu"
    assert found.grpo.rewards == (
        {"accuracy": 0.9, "format": 0.1} if rewards_are_set else {"length": 1.0}
    )


class _Config(Settings):
    training: TrainingSettings


def test_a_preset_is_no_part_of_the_identity_but_its_values_are():
    settings = TrainingSettings.model_validate({"preset": "tiny-cpu"})
    spelt_out = TrainingSettings.model_validate(settings.model_dump() | {"preset": ""})
    assert identity(settings) == identity(spelt_out)
    assert identity(settings) != identity(TrainingSettings())


def test_a_preset_that_is_not_there(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('preset = "one-gpu-lara"\n')
    with pytest.raises(ConfigError, match="Did you mean 'one-gpu-lora'"):
        load(path, TrainingSettings)


def test_steps_that_cannot_be_dealt_out_evenly(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('preset = "tiny-cpu"\nprompts_per_pass = 5\n')
    with pytest.raises(ConfigError, match=r"prompts_per_pass \(5\) must divide"):
        load(path, TrainingSettings)


def test_launcher_files_are_read_by_accelerate():
    from accelerate.commands.config.config_args import load_config_from_file

    found = preset.launcher_files()
    kinds: dict[str, Any] = {path.stem: load_config_from_file(str(path)) for path in found}
    assert {name: (str(c.distributed_type), c.num_processes) for name, c in kinds.items()} == {
        "eight-gpu-zero2": ("DistributedType.DEEPSPEED", 8),
        "multi-node-fsdp": ("DistributedType.FSDP", 16),
        "multi-node-zero3": ("DistributedType.DEEPSPEED", 16),
    }
