"""Options of the stage: `[training]`, `[training.grpo]`, `[training.sft]`.

The defaults are the published recipe of DPE (arXiv 2602.22859) for models of 7–8B parameters;
what it leaves open follows its code or TRL's defaults, as each docstring says.
"""

from typing import Literal

from pydantic import Field, model_validator

from blindspot.core.config import OperationalInt, Settings


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
    """Files under `training/rewards/` with their weights."""
    patience: int = Field(default=10, ge=1)
    """Steps in a row without any learning signal after which training stops with its cause."""


class SftSettings(Settings):
    """Supervised fine-tuning on the targets; the loss is on the answer's tokens alone."""

    learning_rate: float = Field(default=1e-5, gt=0)
    """Of AdamW (usual for full fine-tuning at 7–8B; DPE has no such stage)."""


class TrainingSettings(Settings):
    """What every optimiser shares, and each one's own section."""

    optimiser: str = "grpo"
    """A file under `training/optimisers/`."""
    steps: int = Field(default=10, ge=1)
    """Optimiser steps (DPE: 10)."""
    prompts_per_step: int = Field(default=512, ge=1)
    """Samples per optimiser step, in the proportions of the training set's cells (DPE: 512)."""
    prompts_per_pass: int = Field(default=4, ge=1)
    """Samples in one forward and backward pass, with all their rollouts; divides
    `prompts_per_step`. Bounds memory; padding changes low bits, so it is part of the identity.
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
    """Whether float32 weights are multiplied in bfloat16; on GPUs only."""
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
    save_every: OperationalInt = Field(default=5, ge=1)
    """Steps between the checkpoints from which a killed run continues."""
    grpo: GrpoSettings = GrpoSettings()
    """Options of `grpo`."""
    sft: SftSettings = SftSettings()
    """Options of `sft`."""

    @model_validator(mode="after")
    def _whole_passes(self) -> "TrainingSettings":
        if self.prompts_per_step % self.prompts_per_pass:
            raise ValueError(
                f"prompts_per_pass ({self.prompts_per_pass}) must divide "
                f"prompts_per_step ({self.prompts_per_step})"
            )
        return self
