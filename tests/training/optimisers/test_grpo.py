"""What TRL does with groups without variance, and the reference that it loads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.training_set import TrainingSetArtifact
from training import checkpoint, data, stage
from training.optimiser import Job
from training.optimisers import grpo
from training.quiet import quiet
from training.settings import LoraSettings, TrainingSettings
from training.stage import TrainingInputs, run

Make = Callable[..., TrainingSettings]


@pytest.fixture
def first_gradient(
    inputs: TrainingInputs,
    make_training_set: Callable[..., Path],
    settings: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[float, float]]:
    """Norm of the gradient of the only step, and the share of groups without variance, when
    rollouts are rewarded by `scores`, which follow from the prompt's number alone.
    """
    own = settings().grpo.model_copy(update={"beta": 0.0})
    config = settings(grpo=own, steps=1, prompts_per_pass=4, max_grad_norm=1e9)
    path = make_training_set([("color/plain", "is it red", "no", 4)], name="four")
    table = data.read_samples(TrainingSetArtifact(path))

    def measured(scores: dict[str, list[float]]) -> tuple[float, float]:
        def reward(name: str, shown: Any) -> Callable[..., list[float]]:
            def function(id: list[str], **_: Any) -> list[float]:
                return [scores[who][place % 4] for place, who in enumerate(id)]

            return function

        monkeypatch.setattr("training.optimisers.grpo.trl_function", reward)
        with quiet():
            loaded = checkpoint.load(inputs.policy, config)
            trainer = stage._trainer(config, inputs.policy, loaded, table, tmp_path / "trainer")
            trainer.train()
        record = trainer.state.log_history[0]
        return record["grad_norm"], record["frac_reward_zero_std"]

    return measured


def test_groups_without_variance_teach_nothing(
    first_gradient: Callable[..., tuple[float, float]],
):
    names = [f"color/plain-{number}" for number in range(4)]
    mixed, alike = [1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]
    assert first_gradient(dict.fromkeys(names, alike)) == (0.0, 1.0)
    norm, share = first_gradient(dict.fromkeys(names[:2], mixed) | dict.fromkeys(names[2:], alike))
    assert share == 0.5
    wrong = [0.0] * 4
    low, _ = first_gradient(dict.fromkeys(names[:2], mixed) | dict.fromkeys(names[2:], wrong))
    assert norm == pytest.approx(low, rel=1e-5)  # right or wrong alike: both say nothing
    assert norm > 0


def test_what_trl_divides_by(tmp_path: Path):
    """Its defaults, on which the docstring of the optimiser rests."""
    with quiet():
        told = grpo._arguments(Job(TrainingSettings(), None, None, None, tmp_path))  # pyright: ignore
    assert (told.loss_type, told.scale_rewards) == ("dapo", "group")


def test_a_reference_that_cannot_be_loaded_again(
    nameless: TrainingInputs, settings: Make, tmp_path: Path
):
    with pytest.raises(ConfigError, match=r"cannot be loaded a second time.*grpo\.beta = 0"):
        run(settings(), nameless, tmp_path / "checkpoint")


@pytest.mark.parametrize("without", ["lora", "beta"])
def test_what_needs_no_reference_needs_no_name(
    nameless: TrainingInputs, settings: Make, tmp_path: Path, without: str
):
    own = settings().grpo.model_copy(update={"beta": 0.0 if without == "beta" else 0.01})
    lora = LoraSettings(enabled=without == "lora", rank=2)
    assert run(settings(grpo=own, lora=lora, steps=1), nameless, tmp_path / without)
