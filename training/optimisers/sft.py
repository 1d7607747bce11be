"""Supervised fine-tuning by TRL: the target is the completion, and only it carries loss."""

from typing import TYPE_CHECKING, Final

from training import lora
from training.optimiser import FromSamples, Job, Optimiser, shared_arguments
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from transformers import Trainer
    from trl.trainer.sft_config import SFTConfig


class _Plugin(FromSamples):
    def rollouts(self, settings: TrainingSettings) -> int:
        return 0

    def keeps_reference(self, settings: TrainingSettings) -> bool:
        return False

    def trainer(self, job: Job) -> "Trainer":
        from trl.trainer.sft_trainer import SFTTrainer

        columns = ["asked", "completion", "images"]
        return SFTTrainer(
            model=job.model,
            args=_arguments(job),
            train_dataset=job.rows.select_columns(columns).rename_column("asked", "prompt"),
            processing_class=job.processor,
            peft_config=lora.adapter(job.settings),
        )


def _arguments(job: Job) -> "SFTConfig":
    from trl.trainer.sft_config import SFTConfig

    return SFTConfig(
        **shared_arguments(job),
        per_device_train_batch_size=job.settings.prompts_per_pass,
        train_sampling_strategy="sequential",
        learning_rate=job.settings.sft.learning_rate,
        completion_only_loss=True,
        max_length=None,  # TRL's default cuts image tokens off
    )


PLUGIN: Final[Optimiser] = _Plugin()
