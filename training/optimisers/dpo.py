"""Direct preference optimisation by TRL: the verified answer over what the policy said wrong.

    pair  "how many ?"  chosen "5"  rejected "3" (said of the masked picture)

Both sides are trained on the original picture, since TRL shows one list of pictures for the two.
Log-probabilities of the reference are computed as training goes: TRL refuses to do so beforehand
where there are pictures.
"""

from typing import TYPE_CHECKING, Final

from blindspot.core.training_set import TrainingSetArtifact
from training import data, lora
from training.optimiser import Job, Optimiser, check_reference, shared_arguments
from training.settings import TrainingSettings

if TYPE_CHECKING:
    import pyarrow as pa
    from transformers import Trainer
    from trl.trainer.dpo_config import DPOConfig


class _Plugin:
    def table(self, training_set: TrainingSetArtifact) -> "pa.Table":
        return data.read_pairs(training_set)

    def rollouts(self, settings: TrainingSettings) -> int:
        return 0

    def keeps_reference(self, settings: TrainingSettings) -> bool:
        return not settings.lora.enabled

    def trainer(self, job: Job) -> "Trainer":
        from trl.trainer.dpo_trainer import DPOTrainer

        if self.keeps_reference(job.settings):
            check_reference(job)
        columns = ["asked", "chosen", "rejected", "images"]
        return DPOTrainer(
            model=job.model,
            args=_arguments(job),
            train_dataset=job.rows.select_columns(columns).rename_column("asked", "prompt"),
            processing_class=job.processor,
            peft_config=lora.adapter(job.settings),
        )


def _arguments(job: Job) -> "DPOConfig":
    from trl.trainer.dpo_config import DPOConfig

    return DPOConfig(
        **shared_arguments(job),
        per_device_train_batch_size=job.settings.prompts_per_pass,
        train_sampling_strategy="sequential",
        learning_rate=job.settings.dpo.learning_rate,
        beta=job.settings.dpo.beta,
        precompute_ref_log_probs=False,
        max_length=None,  # TRL's default cuts image tokens off
    )


PLUGIN: Final[Optimiser] = _Plugin()
