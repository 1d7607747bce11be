"""GRPO by TRL: rollouts of the policy itself, rewarded by the rewards of the config.

`steps_per_generation` and `num_iterations` are 1, so every pass generates its own rollouts from
the weights of its step, memory is bounded by `prompts_per_pass`, and nothing is buffered that a
killed run could lose.

Groups without variance: where all rollouts of a prompt have the same reward, their advantage is 0,
so the group is dropped from the policy gradient. Its tokens still count where TRL divides the loss
(`loss_type = "dapo"`, `scale_rewards = "group"`, its defaults), so the gradient shrinks by its
share, which AdamW evens out while the share is steady. The share is logged for every step and
category, stands in the manifest, and stops a run where it is 1 (`training.health`).

Such prompts are not drawn again within a step (DAPO's dynamic sampling; TRL 1.16 has no option for
it). What avoids them is the difficulty gate of generation, which has the same policy answer before
the set is made. On `examples/tiny` (225 samples with the gate, 240 without; 12 steps of 48 prompts
× 8, one seed) the share at the first step was .42 with the gate and .58 without, .47 and .61 over
the run; the mean gradient norm was .48 and .35, much as the .53 and .39 of groups with a signal
would have it. Drawing again would take 1.9 times the rollouts, and make the order of the data
depend on the run, which is what a killed one continues by.
"""

from typing import TYPE_CHECKING, Final

from training import distributed, lora, rollout_server, shared_prompts
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
        if rollout_server.used(job.settings):
            rollout_server.check_device(job.on_gpu)
        grpo = job.settings.grpo
        shown = Shown(job.opening, grpo.max_completion_tokens, grpo.group_size)
        with rollout_server.reached(job.settings, job.model.config._name_or_path):
            trainer = GRPOTrainer(
                model=job.model,
                reward_funcs=[trl_function(name, shown) for name in grpo.rewards],
                args=_arguments(job),
                train_dataset=job.rows.remove_columns(["completion", "asked"]),
                processing_class=job.processor,
                peft_config=lora.adapter(job.settings),
            )
        if distributed.world_size() == 1:
            for model in (trainer.model, trainer.ref_model):
                shared_prompts.share(model, grpo.group_size)
        return trainer


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
        **rollout_server.arguments(job.settings),
    )


PLUGIN: Final[Optimiser] = _Plugin()
