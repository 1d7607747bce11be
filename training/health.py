"""Whether training still learns anything, read from its log: pure functions on plain values.

A record is one step's log, e.g. ``{"loss": 0.1, "reward": 0.5, "frac_reward_zero_std": 0.2}``.
TRL reports none of these as an error: with every rollout truncated and masked, or with no group
whose rewards differ, the loss is 0 and the run goes on to its end.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from training.settings import TrainingSettings

Record = Mapping[str, Any]

_AGAIN: Final = "then train again with --redo checkpoint"


@dataclass(frozen=True)
class Trouble:
    """Why nothing more can be learned, and what to do."""

    why: str
    way_out: str


def trouble(records: Sequence[Record], patience: int) -> Trouble | None:
    """What stops the run after its latest step, or None: a loss that is no number, or
    `patience` steps in a row without a signal. Rollouts that are all right stop nothing: a run
    that has learned everything may end in peace.
    """
    if not records:
        return None
    last = records[-1]
    if not all(math.isfinite(last.get(key) or 0.0) for key in ("loss", "grad_norm")):
        return not_a_number(last.get("step", len(records)))
    latest = records[-patience:]
    if len(latest) < patience or all(r.get("reward") == 1 for r in latest):
        return None
    return _silence(latest)


def not_a_number(step: int) -> Trouble:
    """What to say of weights that are no longer numbers."""
    return Trouble(
        f"the loss is no longer a number at step {step}",
        f"Lower the learning rate or max_grad_norm, or train in float32, {_AGAIN}",
    )


def silence(records: Sequence[Record]) -> Trouble | None:
    """Why a finished run has learned nothing, or None when any step had a signal."""
    return _silence(records) if records else None


def lower(settings: TrainingSettings) -> str:
    """What to change where memory does not suffice, the cheapest first."""
    grpo = settings.optimiser == "grpo"
    ways = {
        "lower training.prompts_per_pass": settings.prompts_per_pass > 1,
        "set training.gradient_checkpointing": not settings.gradient_checkpointing,
        "lower training.grpo.max_completion_tokens or group_size": grpo,
        "lower model.max_pixels": True,
        "set training.lora.enabled": not settings.lora.enabled,
        "set training.dtype = 'bfloat16'": settings.dtype == "float32",
        "share the weights out over GPUs (preset multi-node)": not settings.lora.enabled,
    }
    text = ", ".join(way for way, helps in ways.items() if helps)
    return f"{text[0].upper()}{text[1:]}, {_AGAIN}"


def zero_variance_share(records: Sequence[Record]) -> float | None:
    """Mean share of groups whose rollouts all had the same reward; None without groups."""
    shares = [r["frac_reward_zero_std"] for r in records if "frac_reward_zero_std" in r]
    return sum(shares) / len(shares) if shares else None


def _silence(records: Sequence[Record]) -> Trouble | None:
    if "frac_reward_zero_std" not in records[0]:
        return None
    steps = f"each of the last {len(records)} steps" if len(records) > 1 else "the only step"
    if all(_cut_off_in_vain(r) for r in records):
        return Trouble(
            f"every rollout of {steps} was cut off at the token limit",
            f"Raise training.grpo.max_completion_tokens, or check that the model ends its answers "
            f"with the tokenizer's end token, {_AGAIN}",
        )
    if all(r.get("reward") is None for r in records):
        return Trouble(
            f"no rollout of {steps} could be graded",
            "Correct the targets of the training set: none is right by its own answer kind",
        )
    if all(_alike(r) for r in records):
        return Trouble(
            f"in {steps} no group had rollouts of different reward (mean {_mean(records):.2f})",
            f"{_towards(_mean(records))}, or raise the group size or temperature, {_AGAIN}",
        )
    return None


def _alike(record: Record) -> bool:
    """Whether every group's rollouts had the same reward."""
    return record.get("frac_reward_zero_std") == 1


def _cut_off_in_vain(record: Record) -> bool:
    """Whether all rollouts were truncated and so (masked, or all alike) taught nothing."""
    cut_off = record.get("completions/clipped_ratio") == 1
    return cut_off and (_alike(record) or record.get("grad_norm") == 0)


def _mean(records: Sequence[Record]) -> float:
    rewards = [r["reward"] for r in records if r.get("reward") is not None]
    return sum(rewards) / len(rewards)


def _towards(reward: float) -> str:
    if reward < 0.5:
        return "Use easier samples, or start with training.optimiser = sft"
    return "Use harder samples (the difficulty gate of generation)"
