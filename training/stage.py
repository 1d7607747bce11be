"""The training stage: a training set and a start checkpoint in, a trained checkpoint out.

    checkpoint/ manifest.json  model.safetensors  config.json  generation_config.json
                processor_config.json  tokenizer.json  tokenizer_config.json  chat_template.jinja
                metrics.jsonl  arguments.json  adapter/ (where one was trained)

TRL trains; here stand the data, the order, the rewards and the resuming. The folder loads with
`from_pretrained` and any server; `arguments.json` holds the resolved trainer arguments.
"""

import json
import shutil
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import Artifact, Draft, open_artifact, write_text
from blindspot.core.config import identity
from blindspot.core.model import ModelSettings, fingerprint
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from training import (
    checkpoint,
    data,
    distributed,
    loop,
    rollout_server,
    shared_pictures,
    validation,
)
from training.health import zero_variance_share
from training.optimiser import Job, optimisers, passes
from training.order import easy_first, stratified_order
from training.quiet import quiet
from training.reward import rewards
from training.rewards.format import asked
from training.settings import TrainingSettings
from training.words import Words

if TYPE_CHECKING:
    import pyarrow as pa
    from transformers import Trainer

__all__ = ["TrainingInputs", "TrainingSettings", "run"]

_METRICS: Final = "metrics.jsonl"
_ARGUMENTS: Final = "arguments.json"
_TRAINER: Final = "trainer"

_UNRESOLVED: Final = frozenset(
    {"output_dir", "logging_dir", "run_name", "save_steps", "save_total_limit", "disable_tqdm"}
)
"""Trainer arguments that are places, or do not matter for what is learned."""


@dataclass(frozen=True)
class TrainingInputs:
    """What training reads."""

    folder: RunFolder
    """The run."""
    training_set: Path
    """A published training set."""
    policy: ModelSettings
    """The start checkpoint, of the backend `transformers_local`."""
    round: int
    """Turn of the loop, from 0."""


def check(config: TrainingSettings, policy: ModelSettings) -> None:
    """Raise ConfigError for what can be known to be wrong before anything else is spent."""
    checkpoint.check_policy(policy)
    optimisers.load(config.optimiser)
    passes(config)
    rollout_server.check(config)
    for name in config.grpo.rewards:
        rewards.load(name)


def run(config: TrainingSettings, inputs: TrainingInputs, out: Path) -> Artifact:
    """Train and publish the checkpoint at `out`; a killed run continues from its last save. Of
    several processes the first one publishes.
    """
    begun = time.monotonic()
    check(config, inputs.policy)
    training_set = TrainingSetArtifact(inputs.training_set)
    table = optimisers.load(config.optimiser).table(training_set)
    digests = {
        "training_set": training_set.artifact.digest,
        "model": fingerprint(inputs.policy),
    }
    with distributed.main_first():
        draft = Draft(out, "checkpoint", identity(config), digests)
        is_trained = (draft.path / _METRICS).is_file()
    if not is_trained:
        _train(config, inputs.policy, training_set, table, draft.path)
    if distributed.is_main():
        _publish(config, inputs, table, draft, time.monotonic() - begun)
    distributed.wait()
    return open_artifact(out, "checkpoint")


def _publish(
    config: TrainingSettings, inputs: TrainingInputs, table: "pa.Table", draft: Draft, took: float
) -> None:
    records = _read_metrics(draft.path)
    shutil.rmtree(draft.path / _TRAINER, ignore_errors=True)
    rollouts = optimisers.load(config.optimiser).rollouts(config)
    draft.publish(
        seeds={"training": config.seed},
        counts={
            "samples": len(set(table["id"].to_pylist())),
            "steps": len(records),
            "rollouts": rollouts * len(records) // config.steps,
        },
        facts={
            "autonomy": open_artifact(inputs.training_set, "training_set").manifest.facts.get(
                "autonomy"
            ),
            **_facts(config, inputs.round, table, records),
        },
        durations={"training": took},
    )


def _train(
    config: TrainingSettings,
    policy: ModelSettings,
    training_set: TrainingSetArtifact,
    table: "pa.Table",
    folder: Path,
) -> None:
    """Fill the draft; `metrics.jsonl` comes last and says that it is whole."""
    with quiet(), loop.enough_memory(config), loop.enough_room(folder):
        _set_threads(config.threads)
        with distributed.main_first():
            start = loop.last_whole(folder / _TRAINER)
        loaded = checkpoint.load(policy, config, resumed=start)
        trainer = _trainer(config, policy, loaded, table, folder / _TRAINER)
        measured = validation.prepare(training_set, policy, config.validation)
        records = loop.fit(trainer, config, start, measured)
        saved = loop.saved(trainer)
        if distributed.is_main():
            _write_arguments(folder / _ARGUMENTS, config.optimiser, trainer)
            checkpoint.finish(policy, config, saved, folder)
            loop.write_metrics(folder / _METRICS, records)
        distributed.wait()


def _trainer(
    config: TrainingSettings,
    policy: ModelSettings,
    loaded: checkpoint.Loaded,
    table: "pa.Table",
    folder: Path,
) -> "Trainer":
    arguments, ends = policy.template_arguments, loaded.model.generation_config
    words = Words(loaded.processor, arguments, ends.eos_token_id if ends else None)
    job = Job(
        settings=config,
        model=loaded.model,
        processor=loaded.processor,
        rows=data.dataset(table, _order(config, table), words),
        folder=folder,
        on_gpu=loaded.on_gpu,
        template_arguments=arguments,
        opening=words.opening,
    )
    trainer = optimisers.load(config.optimiser).trainer(job)
    if distributed.world_size() == 1:
        for model in (trainer.model, getattr(trainer, "ref_model", None)):
            shared_pictures.share(model)
    return trainer


def _order(config: TrainingSettings, table: "pa.Table") -> list[int]:
    cells = table["cell"].to_pylist()
    order = stratified_order(
        cells, batch=config.prompts_per_step, batches=config.steps, seed=config.seed
    )
    if config.curriculum == "easy_first":
        return easy_first(order, cells, data.pass_rates(table))
    return order


def _set_threads(threads: int) -> None:
    import torch

    if threads:
        torch.set_num_threads(threads)


def _write_arguments(path: Path, optimiser: str, trainer: "Trainer") -> None:
    arguments = trainer.args.to_dict()
    kept = {k: v for k, v in arguments.items() if k not in _UNRESOLVED and v is not None}
    text = json.dumps({"optimiser": optimiser, "arguments": kept}, indent=1, sort_keys=True)
    write_text(path, text + "\n")


def _read_metrics(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / _METRICS).read_text().splitlines()]


def _facts(
    config: TrainingSettings, number: int, table: "pa.Table", records: list[dict[str, Any]]
) -> dict[str, Any]:
    scores = {r["step"]: r["validation"] for r in records if "validation" in r}
    best = max(scores, key=lambda step: (scores[step], -step), default=None)
    return {
        "optimiser": config.optimiser,
        "round": number,
        "samples_per_cell": data.per_cell(table),
        "zero_variance_share": zero_variance_share(records),
        "published_step": len(records) if best is None else best,
        "validation": None if best is None else scores[best],
        "alarm": next((r["alarm"] for r in records if "alarm" in r), None),
        "asks_for_a_form": sum(map(asked, table["prompt"].to_pylist())) / table.num_rows,
        "versions": {n: version(n) for n in _packages(config)},
    }


def _packages(config: TrainingSettings) -> tuple[str, ...]:
    used = ("torch", "transformers", "trl")
    return (*used, "peft") if config.lora.enabled else used
