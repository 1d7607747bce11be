"""The tiny world as the trials of T1, T3 and T9 meet it: one config, one folder, one evaluation and
one diagnosis of the start checkpoint.

    setup = full(folder); claim(setup); start = begun(setup)
    start.world.weak            {"clock_reading/diagram", "counting/geometric objects=many", …}

The folder's `setup.json` says which settings, model and benchmark its trials belong to.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import pyarrow.parquet as pq

from bench.extent import Extent
from bench.tuning.cells import cell_of, weakness_of
from bench.tuning.contrasts import World
from blindspot.core.artifact import Artifact, first_difference, open_artifact, published, write_text
from blindspot.core.config import identity
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import ModelSettings, fingerprint
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.settings import Config, load
from harness import suite
from harness.settings import EvaluationSettings

CONFIG: Final = Path(__file__).parents[2] / "examples" / "tiny" / "config.toml"
NO_OTHER_SPLITS: Final = ("generation.validation_share=0", "generation.canary=0")
"""The held-out half of the benchmark is what watches trials; the last weights are measured."""
TRAINED: Final = ("training.steps=40", "training.prompts_per_step=24")
"""Two fifths of the prompts of the config's 50 steps of 48: with all of them the trials of T1, T2,
T3 and T9, worth 111 such trainings, would take four hours on two cores.
"""
_HELD_OUT: Final = "held-out.parquet"
SMALL: Final = (
    "evaluation.limit=1100",
    "diagnosis.budget=66",
    "training.steps=2",
    "training.prompts_per_step=24",
)
"""A few hundred questions and two steps: shows that it measures, no more."""


@dataclass(frozen=True)
class Setup:
    """One config, the folder of its trials, and their seeds."""

    config: Config
    work: Path
    seeds: int

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.work)


@dataclass(frozen=True)
class Start:
    """What all arms and seeds share."""

    world: World
    cells: tuple[CellShare, ...]
    """Sorted by name."""
    diagnosis: Diagnosis


def setup_of(extent: Extent, difficulty: bool = False) -> Setup:
    """The trials of T1, T3 and T9; those with the difficulty gate on lie apart."""
    gate = f"generation.difficulty.enabled={str(difficulty).lower()}"
    overrides = (gate, *NO_OTHER_SPLITS, *(TRAINED if extent.full else SMALL))
    name = "trials-difficulty-on" if difficulty else "trials"
    return Setup(load(CONFIG, overrides), extent.work / name, extent.draws(1, 8))


def claim(setup: Setup) -> None:
    """Note what the folder is for. Raises ConfigError when it holds trials of another config,
    model or benchmark.
    """
    config = setup.config
    benchmarks = suite.digests(suite.entries(config.evaluation))
    sections = (config.evaluation, config.diagnosis, config.generation, config.training)
    settings = {type(section).__name__: identity(section) for section in sections}
    now = {"model": fingerprint(config.model), "benchmarks": benchmarks, **settings}
    note = setup.work / "setup.json"
    if not note.is_file():
        note.parent.mkdir(parents=True, exist_ok=True)
        write_text(note, json.dumps(now, indent=1))
    elif (then := json.loads(note.read_text())) != json.loads(json.dumps(now)):
        raise ConfigError(
            f"The trials in {setup.work} were made with another setup",
            first_difference(then, now),
            "Delete that folder",
        )


def begun(setup: Setup) -> Start:
    """Evaluate and diagnose the start checkpoint, if that is not done."""
    from diagnostics import stage as diagnostics
    from generation import stage as generation

    config, here = setup.config, setup.folder.round(0)
    can_make = generation.catalogue(config.generation)
    evaluate(config.evaluation, setup, config.model, here.evaluation)
    inputs = diagnostics.DiagnosisInputs(setup.folder, here.evaluation, round=0, can_make=can_make)
    once(here.diagnosis, "diagnosis", lambda out: diagnostics.run(config.diagnosis, inputs, out))
    evaluation = Evaluation(here.evaluation)
    samples = [s for s in evaluation.samples() if s.half == "held_out"]
    _keep_held_out(setup, (s.id for s in samples))
    found = {s.id: cell for s in samples if (cell := cell_of(s, can_make))}
    diagnosis = DiagnosisArtifact(here.diagnosis).diagnosis()
    weak = {c.name for c in found.values() if weakness_of(c, diagnosis.weaknesses)}
    if not weak:
        raise StageError(
            "T1 cannot be measured",
            "the diagnosis of the start checkpoint named no weak cell",
            f"Look into {here.diagnosis / 'diagnosis.json'}",
        )
    world = World(
        cells={k: cell.name for k, cell in found.items()},
        categories={s.id: s.category for s in samples},
        pictures={s.id: " ".join(s.images) or s.id for s in samples},
        weak=frozenset(weak),
        strong=frozenset(c.name for c in diagnosis.categories if c.verdict == "strong"),
        start=scores_of(evaluation, found),
    )
    by_name = {cell.name: cell for cell in found.values()}
    return Start(world, tuple(by_name[name] for name in sorted(by_name)), diagnosis)


def evaluate(
    asked: EvaluationSettings, setup: Setup, model: ModelSettings, out: Path
) -> Evaluation:
    """The evaluation of a model, on the whole benchmark or what else is asked."""
    from harness import stage as harness

    inputs = harness.EvaluationInputs(setup.folder, model)
    once(out, "evaluation", lambda path: harness.run(asked, inputs, path))
    return Evaluation(out)


def held_out(setup: Setup) -> EvaluationSettings:
    """The held-out half as a benchmark, for models whose other half nobody reads."""
    (benchmark,) = setup.config.evaluation.benchmarks
    half = benchmark.model_copy(update={"path": setup.work / _HELD_OUT, "half": "held_out"})
    return setup.config.evaluation.model_copy(update={"benchmarks": (half,)})


def _keep_held_out(setup: Setup, names: Iterable[str]) -> None:
    """The rows of the benchmark with these names, in a file of their own."""
    (benchmark,), file = setup.config.evaluation.benchmarks, setup.work / _HELD_OUT
    if not file.is_file():
        rows = pq.read_table(benchmark.path, filters=[("id", "in", set(names))])
        pq.write_table(rows, file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)


def scores_of(evaluation: Evaluation, among: Mapping[str, Any]) -> dict[str, float]:
    """Mean score over repeats of the samples `among`; failures are left out."""
    scores: dict[str, list[float]] = {}
    for prediction in evaluation.predictions():
        if prediction.sample_id in among and prediction.score is not None:
            scores.setdefault(prediction.sample_id, []).append(prediction.score)
    return {name: fmean(found) for name, found in scores.items()}


def once(out: Path, kind: str, make: Callable[[Path], Artifact]) -> Artifact:
    """The artifact at `out`, made if it is not there."""
    return open_artifact(out, kind) if published(out) else make(out)
