"""Options of the stage: `[training]` and its sections.

    [training]
    preset = "one-gpu-lora"     # the values of training/presets/one-gpu-lora.toml …
    steps = 40                  # … except for what stands here

The defaults are the published recipe of DPE (arXiv 2602.22859) for models of 7–8B parameters;
what it leaves open follows its code or TRL's defaults, as each docstring says.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from blindspot.core.config import OPERATIONAL, OperationalInt, Settings
from training import preset


class VllmSettings(Settings):
    """Rollouts by a vLLM server on GPUs of its own, which TRL gives the new weights every step.
    `training.rollout_server` says how it is started. Not verified on a GPU.
    """

    enabled: bool = False
    """Whether a server generates the rollouts; else transformers does, where the policy learns."""
    base_url: Annotated[str, OPERATIONAL] = "http://127.0.0.1:8000"
    """Of the server, without `/v1`."""
    group_port: OperationalInt = Field(default=51216, ge=1, le=65535)
    """Of the trainer, where the weights are handed over (TRL: 51216)."""
    timeout: Annotated[float, Field(gt=0), OPERATIONAL] = 240.0
    """Seconds to wait for the server when training begins (TRL: 240)."""


class GrpoSettings(Settings):
    """Group-relative policy optimisation (Shao et al. 2024), as TRL's `GRPOTrainer` does it."""

    group_size: int = Field(default=8, ge=2)
    """Rollouts per prompt; rewards are compared within them (DPE: 8)."""
    temperature: float = Field(default=1.0, gt=0)
    """Of the rollouts (DPE: 1.0)."""
    max_completion_tokens: int = Field(default=2048, ge=1)
    """Tokens of a rollout, reasoning included; a longer one is truncated."""
    learning_rate: float = Field(default=1e-6, gt=0)
    """Of AdamW (DPE: 1e-6)."""
    beta: float = Field(default=0.01, ge=0)
    """Weight of the KL term against the start checkpoint (DPE: .01); 0 loads no reference."""
    epsilon: float = Field(default=0.2, gt=0, lt=1)
    """Lower clip of the probability ratio (DPE: .2)."""
    epsilon_high: float = Field(default=0.3, gt=0)
    """Upper clip of the probability ratio (DPE: .3)."""
    mask_truncated: bool = True
    """Whether truncated rollouts carry no gradient (their reward still counts in the group)."""
    rewards: dict[str, float] = Field(default={"accuracy": 1.0}, min_length=1)
    """Files under `training/rewards/` with their weights (DPE: accuracy .9 and format .1)."""
    patience: int = Field(default=10, ge=1)
    """Steps in a row without any learning signal after which training stops with its cause."""
    vllm: VllmSettings = VllmSettings()
    """Who generates the rollouts."""


class SftSettings(Settings):
    """Supervised fine-tuning on the targets; the loss is on the answer's tokens alone."""

    learning_rate: float = Field(default=1e-5, gt=0)
    """Of AdamW (usual for full fine-tuning at 7–8B; DPE has no such stage)."""


class DpoSettings(Settings):
    """Direct preference optimisation (arXiv 2305.18290) on the training set's negatives."""

    learning_rate: float = Field(default=1e-6, gt=0)
    """Of AdamW (TRL: 1e-6)."""
    beta: float = Field(default=0.1, gt=0)
    """How strongly the policy is held to the start checkpoint (the paper: .1)."""


class LoraSettings(Settings):
    """Low-rank adapters (arXiv 2106.09685) in place of all weights; merged at the end."""

    enabled: bool = False
    """Whether adapters alone are trained; the reference is then the model without them."""
    rank: int = Field(default=16, ge=1)
    """Of each update."""
    alpha: int = Field(default=32, ge=1)
    """The update is scaled by alpha / rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Before each adapter."""
    target_modules: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """Names of the layers that get one; `all-linear`: every linear layer but the output's."""


class ValidationSettings(Settings):
    """The validation split, answered greedily and graded as the harness grades."""

    every: int = Field(default=5, ge=0)
    """Steps between two; the weights that did best are published. 0: never, the last are."""
    samples: int = Field(default=256, ge=1)
    """So many of the split at most, its cells in turn."""
    max_tokens: int = Field(default=1024, ge=1)
    """Tokens of an answer, reasoning included."""


class GuardSettings(Settings):
    """When training is stopped early; each figure is a mean over `window` steps, against that of
    the first ones. `training.guards` says what each means.
    """

    window: int = Field(default=5, ge=1)
    """Steps that are averaged."""
    max_kl: float = Field(default=10.0, gt=0)
    """Nats per token from the start checkpoint (of a run that has a KL term)."""
    min_entropy: float = Field(default=0.1, ge=0, lt=1)
    """Entropy of the rollouts, as a share of what it was, without a gain in reward."""
    max_length: float = Field(default=3.0, gt=1)
    """Tokens of the rollouts, as a multiple of what they were, without a gain in reward."""
    max_divergence: float = Field(default=0.1, gt=0)
    """Fall of accuracy, or of validation, while the reward rises."""
    max_truncated: float = Field(default=0.5, ge=0, le=1)
    """Share of truncated rollouts, where it has risen by .1 without a gain in reward."""


class AcceptanceSettings(Settings):
    """The round's gate: whether the next round starts from what was trained."""

    margin: float = Field(default=0.05, gt=0, lt=1)
    """What a strong category may not have lost on the canary split, as a share."""


class TrainingSettings(Settings):
    """What every optimiser shares, and each one's own section."""

    preset: Annotated[str, OPERATIONAL] = ""
    """A file under `training/presets/` whose values hold where the config has none."""
    optimiser: str = "grpo"
    """A file under `training/optimisers/`."""
    steps: int = Field(default=10, ge=1)
    """Optimiser steps (DPE: 10)."""
    prompts_per_step: int = Field(default=512, ge=1)
    """Samples per optimiser step, in the proportions of the training set's cells (DPE: 512)."""
    prompts_per_pass: int = Field(default=4, ge=1)
    """Samples in one forward and backward pass of one process, with all their rollouts; of dpo,
    pairs. Divides `prompts_per_step`. Bounds memory; padding changes low bits, so it is part of the
    identity.
    """
    warmup_steps: int = Field(default=0, ge=0)
    """Steps over which the learning rate rises from 0; it is constant afterwards."""
    weight_decay: float = Field(default=0.01, ge=0)
    """Of AdamW (EasyR1, which DPE uses: .01)."""
    max_grad_norm: float = Field(default=1.0, gt=0)
    """Gradients are scaled down to this norm (EasyR1: 1.0)."""
    train_vision_tower: bool = True
    """Whether the image encoder learns too (DPE: yes)."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    """Of the weights while they learn. bfloat16 takes half the memory and loses updates smaller
    than 1/256 of a weight, which is most of them at a learning rate of 1e-6.
    """
    autocast: bool = True
    """Whether float32 weights (with LoRA: adapters) are multiplied in bfloat16; on GPUs only."""
    gradient_checkpointing: bool = True
    """Whether activations are computed twice to save memory; on GPUs only."""
    save_dtype: Literal["start", "float32", "bfloat16"] = "start"
    """Of the published weights; `start` is that of the start checkpoint. Rounding to bfloat16
    loses small updates as above.
    """
    seed: int = 0
    """Of the order of the samples and of the rollouts."""
    threads: int = Field(default=0, ge=0)
    """CPU threads of torch; 0 leaves them alone. Their number changes low bits."""
    curriculum: Literal["none", "easy_first"] = "none"
    """`easy_first`: within each cell, samples of a high measured pass rate come before those of a
    low one; every batch keeps its mixture. The training set must have pass rates.
    """
    save_every: OperationalInt = Field(default=5, ge=1)
    """Steps between the checkpoints from which a killed run continues."""
    grpo: GrpoSettings = GrpoSettings()
    """Options of `grpo`."""
    sft: SftSettings = SftSettings()
    """Options of `sft`."""
    dpo: DpoSettings = DpoSettings()
    """Options of `dpo`."""
    lora: LoraSettings = LoraSettings()
    """Adapters, for any of them."""
    validation: ValidationSettings = ValidationSettings()
    """Which weights are published."""
    guards: GuardSettings = GuardSettings()
    """When training is stopped early."""

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("preset"):
            return preset.under(given, given["preset"])
        return given

    @model_validator(mode="after")
    def _whole_passes(self) -> "TrainingSettings":
        if self.prompts_per_step % self.prompts_per_pass:
            raise ValueError(
                f"prompts_per_pass ({self.prompts_per_pass}) must divide "
                f"prompts_per_step ({self.prompts_per_step})"
            )
        return self
