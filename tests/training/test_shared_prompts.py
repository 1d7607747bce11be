"""A prompt that a batch continues several times is read once, and nothing else changes."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from blindspot.core.loading import load_weights
from training import shared_prompts
from training.settings import TrainingSettings
from training.shared_prompts import Common, common, share
from training.stage import TrainingInputs, run

TIMES, WORDS, SAID = 3, 5, 4
"""Rollouts of a prompt, its words behind the picture, tokens of a rollout."""


@pytest.fixture
def model(checkpoint: Path) -> Any:
    return load_weights(str(checkpoint), "float32")


def batch(model: Any, prompts: int = 2) -> dict[str, Any]:
    """Prompts with a picture each, the first of them shorter, and what is said to each."""
    config, draw = model.config, torch.Generator().manual_seed(0)
    most = config.get_text_config().vocab_size
    side, patch = config.vision_config.image_size, config.vision_config.patch_size
    image = torch.full((prompts, (side // patch) ** 2), config.image_token_id)
    words = torch.randint(7, most, (prompts, WORDS), generator=draw)
    pad = torch.full((prompts, 2), config.get_text_config().pad_token_id or 0)
    mask = torch.ones(prompts, 2 + image.shape[1] + WORDS, dtype=torch.long)
    mask[0, :2] = 0
    pad[1:] = 8
    asked = torch.cat([pad, image, words], dim=1)
    said = torch.randint(7, most, (prompts * TIMES, SAID), generator=draw)
    said[:, 0] = torch.arange(len(said)) + 7  # no two begin alike
    pictures = torch.rand((prompts, 3, side, side), generator=draw)
    return {
        "input_ids": torch.cat([asked.repeat_interleave(TIMES, dim=0), said], dim=1),
        "attention_mask": torch.cat(
            [mask.repeat_interleave(TIMES, dim=0), torch.ones_like(said)], dim=1
        ),
        "pixel_values": pictures.repeat_interleave(TIMES, dim=0),
        "use_cache": False,
    }


def rows(inputs: dict[str, Any], order: list[int]) -> dict[str, Any]:
    """Some rows of a batch, in that order."""
    return {n: v[order] if isinstance(v, torch.Tensor) else v for n, v in inputs.items()}


def hidden(model: Any, inputs: dict[str, Any]) -> torch.Tensor:
    """At the tokens by which rollouts are judged."""
    return model.base_model(**inputs).last_hidden_state[:, -SAID - 1 :]


def read(model: Any) -> list[int]:
    """How many tokens its first layer is given at each pass, from now on."""
    seen: list[int] = []
    layer = model.base_model.language_model.layers[0]
    layer.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape[:2].numel()))
    return seen


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [4, 0, 5, 2, 1, 3]])
def test_the_same_comes_out_and_the_same_is_learned(model: Any, order: list[int]) -> None:
    plain, inputs = copy.deepcopy(model), rows(batch(model), order)
    share(model, TIMES)
    hidden(model, inputs)  # the first batch is read both ways
    seen = read(model)
    found, wanted = hidden(model, inputs), hidden(plain, inputs)
    count, tokens = inputs["input_ids"].shape
    assert seen == [count // TIMES * (tokens - SAID), count * SAID]
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    weights = torch.rand(found.shape, generator=torch.Generator().manual_seed(1))
    (found * weights).sum().backward()
    (wanted * weights).sum().backward()
    for (name, mine), (_, theirs) in zip(
        model.named_parameters(), plain.named_parameters(), strict=True
    ):
        assert (mine.grad is None) == (theirs.grad is None), name
        if mine.grad is not None:
            torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-3, atol=1e-4, msg=name)


def test_what_rollouts_have_in_common_ends_where_the_first_two_differ(model: Any) -> None:
    inputs = batch(model)
    prompt = inputs["input_ids"].shape[1] - SAID
    assert common(inputs, TIMES) == Common([0, 1, 2, 3, 4, 5], prompt)
    inputs["input_ids"][:, prompt:] = 9  # all say the same: one token is still to be read
    found = common(inputs, TIMES)
    assert found is not None
    assert found.cut == prompt + SAID - 1


def test_one_question_about_two_pictures_is_two_prompts(model: Any) -> None:
    inputs = batch(model)
    inputs["input_ids"][3:] = inputs["input_ids"][:3]
    inputs["attention_mask"][3:] = inputs["attention_mask"][:3]
    mixed = [0, 3, 1, 4, 2, 5]
    found = common(rows(inputs, mixed), TIMES)
    assert found is not None
    pictures = inputs["pixel_values"][mixed][found.order]
    assert torch.equal(pictures[0:1].expand(3, -1, -1, -1), pictures[:3])
    assert not torch.equal(pictures[0], pictures[3])


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another picture": lambda i: i["pixel_values"][1].add_(1),
    "another mask": lambda i: i["attention_mask"][0, 0].add_(1),
    "another number of rows": lambda i: i.update(rows(i, [0, 1, 2, 3, 4])),
    "something for every token": lambda i: i.update(types=torch.zeros_like(i["input_ids"])),
    "keys to be kept": lambda i: i.update(use_cache=True),
    "no tokens": lambda i: i.pop("input_ids"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_batches_are_read_as_they_are(model: Any, change: str) -> None:
    inputs = batch(model)
    CHANGES[change](inputs)
    assert common(inputs, TIMES) is None


def test_generating_is_left_alone(model: Any) -> None:
    plain, inputs = copy.deepcopy(model), batch(model)
    share(model, TIMES)
    inputs.pop("use_cache")
    found, wanted = (
        m.generate(**inputs, max_new_tokens=3, do_sample=False) for m in (model, plain)
    )
    assert torch.equal(found, wanted)


def test_a_model_that_reads_otherwise_behind_kept_keys_runs_as_it_is(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, honest = batch(model), shared_prompts._read

    def wrong(*args: Any) -> Any:
        output = honest(*args)
        output.last_hidden_state = output.last_hidden_state * 1.01
        return output

    wanted = hidden(model, inputs)
    monkeypatch.setattr(shared_prompts, "_read", wrong)
    share(model, TIMES)
    assert torch.equal(hidden(model, inputs), wanted)
    assert torch.equal(hidden(model, inputs), wanted)


@pytest.mark.parametrize("beta", [0.0, 0.1])
def test_a_training_reads_prompts_once_and_learns_the_same(
    beta: float,
    inputs: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = settings(steps=2)
    config = config.model_copy(update={"grpo": config.grpo.model_copy(update={"beta": beta})})
    reads: list[int] = []
    honest = shared_prompts._read
    monkeypatch.setattr(
        shared_prompts, "_read", lambda *args: [reads.append(args[2]), honest(*args)][1]
    )
    once = run(config, inputs, tmp_path / "once" / "checkpoint")
    assert len(reads) >= 2
    assert set(reads) == {config.grpo.group_size}
    monkeypatch.setattr(shared_prompts, "share", lambda model, times: None)
    plain = run(config, inputs, tmp_path / "plain" / "checkpoint")
    one, other = (load_weights(str(a.path), "float32").state_dict() for a in (once, plain))
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=1e-3, atol=2e-5, msg=name)
