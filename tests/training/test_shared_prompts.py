"""A prompt that a batch continues several times is read once, and nothing else changes."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import DynamicCache

from blindspot.core.loading import load_weights
from training import shared_prompts
from training.settings import TrainingSettings
from training.shared_prompts import Common, common, is_whole, share
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


def embedded(order: list[int]) -> dict[str, Any]:
    """What a language model is given: two prompts of six tokens, three rollouts of two each."""
    draw = torch.Generator().manual_seed(0)
    prompts, said = (torch.rand((n, t, 4), generator=draw) for n, t in ((2, 6), (6, 2)))
    whole = torch.cat([prompts.repeat_interleave(TIMES, dim=0), said], dim=1)
    mask = torch.ones(whole.shape[:2], dtype=torch.long)
    mask[:3, 0] = 0
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return rows({"inputs_embeds": whole, "attention_mask": mask, "position_ids": positions}, order)


def found_in(inputs: dict[str, Any]) -> Common | None:
    """What is shared in the end."""
    return common(inputs, TIMES) if is_whole(inputs) else None


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [4, 0, 5, 2, 1, 3]])
def test_what_rollouts_have_in_common_ends_where_the_first_two_differ(order: list[int]) -> None:
    inputs = embedded(order)
    found = found_in(inputs)
    assert found is not None
    assert found.cut == 6
    prompts = [order[place] // TIMES for place in found.order]
    assert sorted([prompts[:3], prompts[3:]]) == [[0, 0, 0], [1, 1, 1]]


def test_positions_of_several_kinds_count_too() -> None:
    inputs = embedded([4, 0, 5, 2, 1, 3])
    inputs["position_ids"] = inputs["position_ids"].repeat(3, 1, 1)
    found = found_in(inputs)
    assert found is not None
    assert found.cut == 6
    inputs["position_ids"][2, 1, 4] += 1
    found = found_in(inputs)
    assert found is not None
    assert found.cut == 4


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another first token": lambda i: i["inputs_embeds"][1, 0].add_(1),
    "another mask": lambda i: i["attention_mask"][0, 0].add_(1),
    "another number of rows": lambda i: i.update(rows(i, [0, 1, 2, 3, 4])),
    "something else": lambda i: i.update(deepstack=torch.zeros(3)),
    "a mask of another shape": lambda i: i.update(attention_mask=torch.ones(6, 1, 8, 8)),
    "positions for all rows": lambda i: i.update(position_ids=torch.arange(8)[None]),
    "keys to be kept of the model's choice": lambda i: i.update(use_cache=True),
    "keys to be kept of rollouts": lambda i: i.update(past_key_values=DynamicCache()),
    "no embeddings": lambda i: i.pop("inputs_embeds"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_batches_are_read_as_they_are(change: str) -> None:
    inputs = embedded([0, 1, 2, 3, 4, 5])
    CHANGES[change](inputs)
    assert found_in(inputs) is None


def test_what_continues_a_text_is_read_as_it_is() -> None:
    inputs = rows(embedded([0, 1, 2, 3, 4, 5]), [0] * 6)
    known = DynamicCache()
    assert found_in({**inputs, "past_key_values": known, "use_cache": True}) is not None
    known.update(torch.zeros(6, 1, 3, 4), torch.zeros(6, 1, 3, 4), 0)
    assert found_in({**inputs, "past_key_values": known, "use_cache": True}) is None


def test_the_same_is_generated(model: Any) -> None:
    plain, inputs = copy.deepcopy(model), rows(batch(model), [0, 0, 0, 3, 3, 3])
    inputs.pop("use_cache")
    share(model, TIMES)
    seen: list[int] = []
    for each in range(2):  # the first batch is read both ways
        seen = read(model)
        said = [m.generate(**inputs, max_new_tokens=4, do_sample=False) for m in (model, plain)]
        assert torch.equal(*said), each
    count, tokens = inputs["input_ids"].shape
    assert seen[0] == count // TIMES * tokens
    assert seen[1] == count


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
