"""A training of the tiny model in seconds, for measures of how training runs and not of what it
teaches (T4, T5).

    inputs = prepared(folder, samples=96)     a training set of the programmatic source
    settings(steps=8, save_every=2)           those of examples/tiny, one thread, no validation
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.generating.determinism import mixture
from bench.generating.runs import OUT, written
from bench.tuning.world import CONFIG, NO_OTHER_SPLITS
from blindspot.core.artifact import published
from blindspot.core.run_folder import RunFolder
from blindspot.settings import load
from generation.stage import GenerationInputs, run
from training.settings import TrainingSettings
from training.stage import TrainingInputs


def prepared(folder: Path, samples: int) -> TrainingInputs:
    """Inputs of the stage for the tiny model; the training set is made if it is not there."""
    overrides = ("generation.difficulty.enabled=false", *NO_OTHER_SPLITS)
    config = load(CONFIG, overrides)
    out = folder / OUT
    if not published(out):
        written(folder, mixture(samples))
        inputs = GenerationInputs(
            folder=RunFolder(folder),
            diagnosis=folder / "diagnosis",
            evaluations=(folder / "evaluation",),
            policy=config.model,
        )
        run(config.generation, inputs, out)
    return TrainingInputs(RunFolder(folder), out, config.model, round=0)


def settings(grpo: Mapping[str, Any] | None = None, **changed: Any) -> TrainingSettings:
    """Those of `examples/tiny` with changes; `grpo`: changes of its section."""
    given = load(CONFIG, ("training.threads=1", "training.validation.every=0")).training
    own = {"grpo": given.model_dump()["grpo"] | dict(grpo or {})}
    return TrainingSettings.model_validate(given.model_dump() | own | changed)
