"""The training stage: a training set and a start checkpoint in, a trained checkpoint out.

    checkpoint/ manifest.json  model.safetensors  config.json  generation_config.json
                processor_config.json  tokenizer.json  tokenizer_config.json  chat_template.jinja
                metrics.jsonl  arguments.json

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

from blindspot.core.artifact import Artifact, Draft, write_text
from blindspot.core.config import identity
from blindspot.core.model import ModelSettings, fingerprint
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from training import checkpoint, data, loop
from training.health import zero_variance_share
from training.optimiser import Job, optimisers
from training.order import stratified_order
from training.quiet import quiet
from training.settings import TrainingSettings

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


def run(config: TrainingSettings, inputs: TrainingInputs, out: Path) -> Artifact:
    """Train and publish the checkpoint at `out`; a killed run continues from its last save."""
    begun = time.monotonic()
    checkpoint.check_policy(inputs.policy)
    optimiser = optimisers.load(config.optimiser)
    training_set = TrainingSetArtifact(inputs.training_set)
    samples = data.read_samples(training_set)
    digests = {
        "training_set": training_set.artifact.digest,
        "model": fingerprint(inputs.policy),
    }
    draft = Draft(out, "checkpoint", identity(config), digests)
    if not (draft.path / _METRICS).is_file():
        _train(config, inputs.policy, samples, draft.path)
    records = _read_metrics(draft.path)
    shutil.rmtree(draft.path / _TRAINER, ignore_errors=True)
    return draft.publish(
        seeds={"training": config.seed},
        counts={
            "samples": samples.num_rows,
            "steps": len(records),
            "rollouts": optimiser.rollouts(config),
        },
        facts=_facts(config, inputs.round, samples, records),
        durations={"training": time.monotonic() - begun},
    )


def _train(
    config: TrainingSettings, policy: ModelSettings, samples: "pa.Table", folder: Path
) -> None:
    """Fill the draft; `metrics.jsonl` comes last and says that it is whole."""
    with quiet():
        _set_threads(config.threads)
        start = loop.last_whole(folder / _TRAINER)
        loaded = checkpoint.load(policy, config, resumed=start)
        order = stratified_order(
            samples["cell"].to_pylist(),
            batch=config.prompts_per_step,
            batches=config.steps,
            seed=config.seed,
        )
        rows = data.dataset(samples, order)
        job = Job(config, loaded.model, loaded.processor, rows, folder / _TRAINER)
        trainer = optimisers.load(config.optimiser).trainer(job)
        _write_arguments(folder / _ARGUMENTS, config.optimiser, trainer)
        records = loop.fit(trainer, config, start)
        checkpoint.save(loaded, folder, config)
    loop.write_metrics(folder / _METRICS, records)


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
    config: TrainingSettings, number: int, samples: "pa.Table", records: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "optimiser": config.optimiser,
        "round": number,
        "samples_per_cell": data.per_cell(samples),
        "zero_variance_share": zero_variance_share(records),
        "versions": {name: version(name) for name in ("torch", "transformers", "trl")},
    }
