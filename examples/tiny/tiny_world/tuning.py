"""Teaching the model to answer: instruction tuning on packs, with a tower that already sees."""

import random
from collections.abc import Sequence
from typing import Final

import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from .mixture import lessons
from .packing import IGNORED, Pack, Packer
from .schedule import optimiser, set_rate

LONG: Final = 14
SHORT: Final = 20
"""Packs of each sort in a step; they go through the model apart, so that neither is padded to the
other."""
RATE: Final = 1e-3


def tune(
    model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, steps: int, seed: int
) -> None:
    """Train all of `model` in place."""
    torch.manual_seed(seed)
    packer, (long, short), adam = Packer(tokenizer), lessons(), optimiser(model.parameters(), RATE)
    model.train()
    progress, average = tqdm(range(steps), desc="tuning", mininterval=2), 0.0
    for step in progress:
        set_rate(adam, RATE, step, steps)
        rng = random.Random(f"tuning-{seed}-{step}")
        batches = ([long(rng) for _ in range(LONG)], [short(rng) for _ in range(SHORT)])
        loss = _backward(model, packer, batches)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        average = loss if step == 0 else 0.98 * average + 0.02 * loss
        progress.set_postfix_str(f"loss {average:.3f}", refresh=False)
    model.eval()


def _backward(
    model: LlavaForConditionalGeneration, packer: Packer, batches: Sequence[Sequence[Pack]]
) -> float:
    """Gradients of the mean loss per answer token over all batches; returns that loss."""
    inputs = [packer.batch(packs) for packs in batches]
    answered = sum(int((batch["labels"] != IGNORED).sum()) for batch in inputs)
    total = 0.0
    for batch in inputs:
        loss = summed_loss(model, batch) / answered
        loss.backward()
        total += float(loss.detach())
    return total


def summed_loss(
    model: LlavaForConditionalGeneration, batch: dict[str, torch.Tensor]
) -> torch.Tensor:
    """The cross-entropy summed over all answer tokens."""
    labels = batch["labels"]
    logits = model(**{k: v for k, v in batch.items() if k != "labels"}).logits
    return functional.cross_entropy(
        logits[:, :-1].flatten(0, 1),
        labels[:, 1:].flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
