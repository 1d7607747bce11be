"""GRPO by TRL: rollouts of the policy itself, rewarded by the rewards of the config.

`steps_per_generation` and `num_iterations` are 1, so every pass generates its own rollouts from
the weights of its step, memory is bounded by `prompts_per_pass`, and nothing is buffered that a
killed run could lose.
"""

from typing import TYPE_CHECKING, Final

from training import lora
from training.optimiser import FromSamples, Job, Optimiser, check_reference, shared_arguments
from training.reward import Shown, trl_function
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from transformers import Trainer
    from trl.trainer.grpo_config import GRPOConfig


class _Plugin(FromSamples):
    def rollouts(self, settings: TrainingSettings) -> int:
        return settings.steps * settings.prompts_per_step * settings.grpo.group_size

    def keeps_reference(self, settings: TrainingSettings) -> bool:
        return settings.grpo.beta > 0 and not settings.lora.enabled

    def trainer(self, job: Job) -> "Trainer":
        from trl.trainer.grpo_trainer import GRPOTrainer

        if self.keeps_reference(job.settings):
            check_reference(job)
        grpo = job.settings.grpo
        shown = Shown(job.opening, grpo.max_completion_tokens, grpo.group_size)
        return GRPOTrainer(
            model=job.model,
            reward_funcs=[trl_function(name, shown) for name in grpo.rewards],
            args=_arguments(job),
            train_dataset=job.rows.remove_columns(["completion", "asked"]),
            processing_class=job.processor,
            peft_config=lora.adapter(job.settings),
        )


def _arguments(job: Job) -> "GRPOConfig":
    from trl.trainer.grpo_config import GRPOConfig

    grpo = job.settings.grpo
    return GRPOConfig(
        **shared_arguments(job),
        per_device_train_batch_size=job.settings.prompts_per_pass * grpo.group_size,
        num_generations=grpo.group_size,
        steps_per_generation=1,
        num_iterations=1,
        shuffle_dataset=False,
        temperature=grpo.temperature,
        max_completion_length=grpo.max_completion_tokens,
        learning_rate=grpo.learning_rate,
        beta=grpo.beta,
        epsilon=grpo.epsilon,
        epsilon_high=grpo.epsilon_high,
        mask_truncated_completions=grpo.mask_truncated,
        reward_weights=list(grpo.rewards.values()),
        chat_template_kwargs=dict(job.template_arguments) or None,
    )


PLUGIN: Final[Optimiser] = _Plugin()
