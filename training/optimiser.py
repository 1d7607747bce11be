"""Contract of an optimiser: how a training set changes the weights.

An optimiser turns a `Job` into one of TRL's trainers. It neither loads nor saves nor loops: the
stage does that for all of them alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from blindspot.core.errors import ConfigError
from blindspot.core.registry import Registry
from blindspot.core.training_set import TrainingSetArtifact
from training import data
from training.distributed import uses_deepspeed, world_size
from training.settings import TrainingSettings

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset
    from transformers import PreTrainedModel, ProcessorMixin, Trainer


@dataclass(frozen=True)
class Job:
    """Everything that a trainer is made from."""

    settings: TrainingSettings
    model: "PreTrainedModel"
    processor: "ProcessorMixin"
    rows: "Dataset"
    """In the order in which they are trained on, one pass covers the run."""
    folder: Path
    """Where the trainer keeps its own checkpoints."""
    on_gpu: bool = False
    """Whether it is trained on one."""
    template_arguments: Mapping[str, Any] = field(default_factory=dict)
    """What the chat template is rendered with."""
    opening: str = ""
    """The tag with which every prompt opens the model's reasoning, or nothing."""


class Optimiser(Protocol):
    """Contract of a file under `optimisers/`: `PLUGIN: Final[Optimiser]`."""

    def table(self, training_set: TrainingSetArtifact) -> "pa.Table":
        """What is trained on, a row each: samples, or pairs of them."""
        ...

    def rollouts(self, settings: TrainingSettings) -> int:
        """Completions that one run generates."""
        ...

    def keeps_reference(self, settings: TrainingSettings) -> bool:
        """Whether the start checkpoint is loaded a second time, to be compared with."""
        ...

    def trainer(self, job: Job) -> "Trainer":
        """The trainer, ready for `train()`; it must read `job.rows` in their order."""
        ...


optimisers: Final = Registry[Optimiser]("training.optimisers")


class FromSamples:
    """For optimisers that train on the samples themselves."""

    def table(self, training_set: TrainingSetArtifact) -> "pa.Table":
        return data.read_samples(training_set)


def check_reference(job: Job) -> None:
    """Raise ConfigError where TRL could not load the start checkpoint again, as it does by the
    architecture that the config names.
    """
    import transformers

    config: Any = job.model.config
    if any(hasattr(transformers, name) for name in config.architectures or ()):
        return
    raise ConfigError(
        f"The reference model {config._name_or_path}",
        "it cannot be loaded a second time: its config.json names no architecture that "
        "transformers has",
        "Set 'architectures' there, train adapters (training.lora.enabled), or do without a "
        "reference (training.grpo.beta = 0)",
    )


def passes(settings: TrainingSettings) -> int:
    """Forward and backward passes of each process per step. Raises ConfigError where the step's
    samples cannot be dealt out evenly.
    """
    at_once = settings.prompts_per_pass * world_size()
    if settings.prompts_per_step % at_once:
        raise ConfigError(
            f"training.prompts_per_step = {settings.prompts_per_step}",
            f"{world_size()} processes with prompts_per_pass = {settings.prompts_per_pass} take "
            f"{at_once} at once, which does not divide it",
            f"Use a multiple of {at_once}, or another number of processes",
        )
    return settings.prompts_per_step // at_once


def shared_arguments(job: Job) -> dict[str, Any]:
    """Arguments that all of TRL's configs have in common."""
    settings, on_gpu = job.settings, job.on_gpu
    mixed = settings.dtype == "float32" or settings.lora.enabled or uses_deepspeed()
    return {
        "output_dir": str(job.folder),
        "max_steps": settings.steps,
        "gradient_accumulation_steps": passes(settings),
        "lr_scheduler_type": "constant_with_warmup",
        "warmup_steps": settings.warmup_steps,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "optim": "adamw_torch",
        "seed": settings.seed,
        "use_cpu": not on_gpu,
        "bf16": on_gpu and settings.autocast and mixed,
        "gradient_checkpointing": on_gpu and settings.gradient_checkpointing,
        "dataloader_pin_memory": on_gpu,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": settings.save_every,
        "save_total_limit": 2,
        "report_to": "none",
        "disable_tqdm": True,
    }
