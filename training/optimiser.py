"""Contract of an optimiser: how a training set changes the weights.

An optimiser turns a `Job` into one of TRL's trainers. It neither loads nor saves nor loops: the
stage does that for all of them alike.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from blindspot.core.registry import Registry
from training.settings import TrainingSettings

if TYPE_CHECKING:
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


class Optimiser(Protocol):
    """Contract of a file under `optimisers/`: `PLUGIN: Final[Optimiser]`."""

    def rollouts(self, settings: TrainingSettings) -> int:
        """Completions that one run generates."""
        ...

    def trainer(self, job: Job) -> "Trainer":
        """The trainer, ready for `train()`; it must read `job.rows` in their order."""
        ...


optimisers: Final = Registry[Optimiser]("training.optimisers")


def shared_arguments(job: Job) -> dict[str, Any]:
    """Arguments that all of TRL's configs have in common."""
    settings, on_gpu = job.settings, job.model.device.type != "cpu"
    return {
        "output_dir": str(job.folder),
        "max_steps": settings.steps,
        "gradient_accumulation_steps": settings.prompts_per_step // settings.prompts_per_pass,
        "lr_scheduler_type": "constant_with_warmup",
        "warmup_steps": settings.warmup_steps,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "optim": "adamw_torch",
        "seed": settings.seed,
        "use_cpu": not on_gpu,
        "bf16": on_gpu and settings.autocast and settings.dtype == "float32",
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
