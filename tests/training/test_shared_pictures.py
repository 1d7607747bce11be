"""A picture that a batch shows several times is encoded once, and nothing else changes."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from blindspot.core.loading import load_weights
from training import shared_pictures
from training.settings import TrainingSettings
from training.shared_pictures import different, share
from training.stage import TrainingInputs, run


@pytest.fixture
def model(checkpoint: Path) -> Any:
    return load_weights(str(checkpoint), "float32")


def batch(model: Any, shown: list[int]) -> dict[str, torch.Tensor]:
    """Prompts of a picture and three words, and which picture each shows."""
    config = model.config
    side, patch = config.vision_config.image_size, config.vision_config.patch_size
    made = torch.rand((max(shown) + 1, 3, side, side), generator=torch.Generator().manual_seed(0))
    image = torch.full(((side // patch) ** 2,), config.image_token_id)
    ids = torch.stack([torch.cat([image, torch.tensor([7 + n % 2, 8, 9])]) for n in shown])
    mask = torch.ones_like(ids)
    return {"input_ids": ids, "attention_mask": mask, "pixel_values": made[shown]}


def encoded(model: Any) -> list[int]:
    """How many pictures its encoder is given at each pass, from now on."""
    seen: list[int] = []
    inner = model.model.vision_tower.embeddings
    inner.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    return seen


@pytest.mark.parametrize("shown", [[0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [0], [0, 1, 2]])
def test_the_same_comes_out_and_the_same_is_learned(model: Any, shown: list[int]) -> None:
    plain, inputs = copy.deepcopy(model), batch(model, shown)
    share(model)
    seen = encoded(model)
    found, wanted = (each(**inputs, labels=inputs["input_ids"]) for each in (model, plain))
    assert seen == [len(set(shown))]
    torch.testing.assert_close(found.logits, wanted.logits)
    found.loss.backward()
    wanted.loss.backward()
    pairs = zip(model.named_parameters(), plain.named_parameters(), strict=True)
    for (name, mine), (_, theirs) in pairs:
        assert (mine.grad is None) == (theirs.grad is None), name
        if mine.grad is not None:
            torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-3, atol=1e-6)


def test_pictures_of_the_same_sum_are_told_apart() -> None:
    picture = torch.rand((3, 4, 4))
    assert different(torch.stack([picture, picture.flip(2)])) == (None, None)
    first, shown = different(torch.stack([picture, picture + 1, picture]))
    assert sorted(first.tolist()) == [0, 1]
    assert first[shown].tolist() == [0, 1, 0]


@pytest.mark.parametrize("pictures", [None, torch.rand(6, 5), "pixels"])
def test_what_is_no_batch_of_pictures_is_left_alone(pictures: Any) -> None:
    assert different(pictures) == (None, None)


def test_rollouts_of_a_prompt_share_their_picture(
    inputs: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models: list[Any] = []
    seen: list[list[int]] = []

    def watched(model: Any) -> None:
        share(model)
        if model is not None:
            models.append(model)
            seen.append(encoded(model))

    monkeypatch.setattr(shared_pictures, "share", watched)
    config = settings(steps=1)
    run(config, inputs, tmp_path / "checkpoint")
    rollouts = config.prompts_per_pass * config.grpo.group_size
    assert len(models) == (2 if config.grpo.beta else 1)
    assert all(seen), "each of them encoded something"
    assert all(0 < count <= config.prompts_per_pass < rollouts for own in seen for count in own)
