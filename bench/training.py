"""T1: is data aimed by a diagnosis worth more than other data, at equal cost?

    python -m bench.training --full --only T1 --seeds 8      resumable, hours on a CPU
    python -m bench.training --smoke                         minutes; no figure to quote

Written down before any run:

- *World*: `examples/tiny` (its config, model and benchmark). One evaluation and one diagnosis of
  the start checkpoint are shared by all arms and seeds.
- *Cells*: the distinct capability × image type × conditions of the benchmark's samples, of the
  conditions that the configured source can be asked for.
- *Weak cells*: those inside a weakness that the diagnosis named. *Strong categories*: those whose
  verdict in it is `strong`. Both come from the diagnosis half and are fixed before training.
- *Arms*, per seed, all through the same source and gates, with the config's budget of samples and
  the config's optimiser steps; nothing else differs between them:
    diagnosis   the mixture as diagnosed
    uniform     the same quota for every cell
    random      Dirichlet(1) weights over the same cells, drawn by the seed
    sft         supervised tuning on the diagnosis arm's very set; a reference, in no contrast
    none        the start checkpoint
- *Seeds* 0, 1, …: of generation and of training.
- *Headline*: the difficulty gate is off, so that it cannot aim by itself; `--difficulty on`
  repeats all with it on.
- *Figures*, on the held-out half alone: the gain over the start checkpoint as the mean over the
  weak cells, each counting the same; as the mean over all cells; and the worst paired change of
  a strong category, which is non-inferior if its 95 % lower bound lies above −5 points.
- *Contrasts*: diagnosis − uniform, − random, − none, in the weak cells. p: exact two-sided
  sign-flip over seeds, Holm over the three. With k seeds p cannot go below 2/2^k: .25 with three,
  .0078 with eight. Interval: bootstrap over pictures of the paired differences, averaged over
  seeds; it speaks of these seeds' questions, not of other seeds.
- Every arm that is run is reported.
"""

import argparse
import fcntl
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np

from bench.contrasts import Trial, World, cell_of, is_weak, mixture
from bench.rows import RESULTS, commit, parse, publish, write
from bench.training_report import ARMS, markdown, rows_of, summarise
from blindspot.core.artifact import (
    Artifact,
    Draft,
    first_difference,
    open_artifact,
    published,
    write_text,
)
from blindspot.core.config import identity
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import ModelSettings, fingerprint
from blindspot.core.progress import say
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.rounds import locked
from blindspot.settings import Config, load
from harness import suite

CONFIG: Final = Path(__file__).parents[1] / "examples" / "tiny" / "config.toml"
BUILD: Final = Path("build") / "bench"


@dataclass(frozen=True)
class Setup:
    """One extent of the bench: its config, folder and seeds."""

    config: Config
    work: Path
    seeds: int

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.work)


def measure(setup: Setup) -> tuple[World, list[Trial]]:
    """All trials, those that are there already read from disk. A second process on the same
    folder takes the trials that the first has not begun; each waits for the other's at the end.
    """
    claim(setup)
    with locked(setup.work):
        world, cells = start(setup)
    wanted = list(product(range(setup.seeds), ARMS))
    for wait in (False, True):
        for seed, arm in wanted:
            with alone(setup.work / f"seed-{seed}", arm, wait) as mine:
                file = trial_file(setup, seed, arm)
                if mine and not file.is_file():
                    say(f"seed {seed}, {arm}")
                    trial = run_trial(setup, arm, seed, world, cells)
                    write_text(file, json.dumps(asdict(trial)))
    return world, [Trial(**json.loads(trial_file(setup, *t).read_text())) for t in wanted]


def trial_file(setup: Setup, seed: int, arm: str) -> Path:
    """Where a finished trial lies."""
    return setup.work / f"seed-{seed}" / f"{arm}.json"


@contextmanager
def alone(folder: Path, arm: str, wait: bool) -> Iterator[bool]:
    """Whether no other process works on an arm; `sft` and `diagnosis` share a training set."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{'diagnosis' if arm == 'sft' else arm}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield True
        except BlockingIOError:
            yield False


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
            "Give another folder with --work, or delete this one",
        )


def start(setup: Setup) -> tuple[World, list[CellShare]]:
    """Evaluate and diagnose the start checkpoint; the world and its cells."""
    from diagnostics import stage as diagnostics
    from generation import stage as generation

    config, here = setup.config, setup.folder.round(0)
    can_make = generation.catalogue(config.generation)
    evaluate(setup, config.model, here.evaluation)
    inputs = diagnostics.DiagnosisInputs(setup.folder, here.evaluation, round=0, can_make=can_make)
    once(here.diagnosis, "diagnosis", lambda out: diagnostics.run(config.diagnosis, inputs, out))
    evaluation = Evaluation(here.evaluation)
    samples = [s for s in evaluation.samples() if s.half == "held_out"]
    found = {s.id: cell for s in samples if (cell := cell_of(s, can_make))}
    diagnosis = DiagnosisArtifact(here.diagnosis).diagnosis()
    world = World(
        cells={k: cell.name for k, cell in found.items()},
        categories={s.id: s.category for s in samples},
        pictures={s.id: " ".join(s.images) or s.id for s in samples},
        weak=frozenset(c.name for c in found.values() if is_weak(c, diagnosis.weaknesses)),
        strong=frozenset(c.name for c in diagnosis.categories if c.verdict == "strong"),
        start=held_out_scores(evaluation, found),
    )
    if not world.weak:
        raise StageError(
            "T1 cannot be measured",
            "the diagnosis of the start checkpoint named no weak cell",
            f"Look into {here.diagnosis / 'diagnosis.json'}",
        )
    by_name = {cell.name: cell for cell in found.values()}
    return world, [by_name[name] for name in sorted(by_name)]


def run_trial(setup: Setup, arm: str, seed: int, world: World, cells: Sequence[CellShare]) -> Trial:
    """Generate, train and evaluate one arm with one seed."""
    from training import stage as training

    begun, here = time.monotonic(), setup.work / f"seed-{seed}" / arm
    training_set = generate(setup, arm, seed, cells)
    optimiser = "sft" if arm == "sft" else setup.config.training.optimiser
    config = setup.config.training.model_copy(update={"seed": seed, "optimiser": optimiser})
    inputs = training.TrainingInputs(setup.folder, training_set.path, setup.config.model, round=0)
    once(here / "checkpoint", "checkpoint", lambda out: training.run(config, inputs, out))
    trained = setup.config.model.model_copy(update={"checkpoint": str(here / "checkpoint")})
    evaluation = evaluate(setup, trained, here / "evaluation")
    counts = training_set.manifest.counts
    return Trial(
        arm=arm,
        seed=seed,
        admitted=counts["train"],
        candidates=counts["candidates"],
        seconds=round(time.monotonic() - begun, 1),
        scores=held_out_scores(evaluation, world.cells),
    )


def generate(setup: Setup, arm: str, seed: int, cells: Sequence[CellShare]) -> Artifact:
    """The training set of an arm; `sft` takes that of `diagnosis`."""
    from generation import stage as generation

    here = setup.work / f"seed-{seed}" / ("diagnosis" if arm == "sft" else arm)
    first = setup.folder.round(0)
    diagnosis = aimed(setup, arm, seed, cells, here / "diagnosis")
    inputs = generation.GenerationInputs(
        folder=setup.folder,
        diagnosis=diagnosis,
        evaluations=(first.evaluation,),
        policy=setup.config.model,
        round=0,
    )
    config = setup.config.generation.model_copy(update={"seed": seed})
    return once(
        here / "training_set", "training_set", lambda out: generation.run(config, inputs, out)
    )


def aimed(setup: Setup, arm: str, seed: int, cells: Sequence[CellShare], out: Path) -> Path:
    """The diagnosis that an arm generates from: the real one, or one with another mixture."""
    real = setup.folder.round(0).diagnosis
    if arm in ("diagnosis", "sft"):
        return real
    diagnosis = DiagnosisArtifact(real).diagnosis()
    weights = [1.0] * len(cells)
    if arm == "random":
        weights = np.random.default_rng(seed).dirichlet(weights).tolist()
    budget = sum(row.quota for row in diagnosis.mixture)
    changed = diagnosis.model_copy(update={"mixture": mixture(cells, weights, budget)})
    once(out, "diagnosis", lambda path: write_diagnosis(changed, {"arm": arm, "seed": seed}, path))
    return out


def write_diagnosis(diagnosis: Diagnosis, config: Mapping[str, Any], out: Path) -> Artifact:
    """Publish a diagnosis that the bench has changed."""
    draft = Draft(out, "diagnosis", config, {})
    write_text(draft.path / "diagnosis.json", diagnosis.model_dump_json(indent=1))
    return draft.publish()


def evaluate(setup: Setup, model: ModelSettings, out: Path) -> Evaluation:
    """The evaluation of a model, on the whole benchmark."""
    from harness import stage as harness

    inputs = harness.EvaluationInputs(setup.folder, model)
    once(out, "evaluation", lambda path: harness.run(setup.config.evaluation, inputs, path))
    return Evaluation(out)


def held_out_scores(evaluation: Evaluation, among: Mapping[str, Any]) -> dict[str, float]:
    """Mean score over repeats of the samples `among`; failures are left out."""
    scores: dict[str, list[float]] = {}
    for prediction in evaluation.predictions():
        if prediction.sample_id in among and prediction.score is not None:
            scores.setdefault(prediction.sample_id, []).append(prediction.score)
    return {name: fmean(found) for name, found in scores.items()}


def once(out: Path, kind: str, make: Callable[[Path], Artifact]) -> Artifact:
    """The artifact at `out`, made if it is not there."""
    return open_artifact(out, kind) if published(out) else make(out)


def full(work: Path, seeds: int, difficulty: bool) -> Setup:
    """The figures to quote."""
    overrides = (f"generation.difficulty.enabled={str(difficulty).lower()}", *_NO_OTHER_SPLITS)
    return Setup(load(CONFIG, overrides), work, seeds)


def smoke(work: Path) -> Setup:
    """One seed, a few hundred questions and three steps: shows that it measures, no more."""
    overrides = (
        "evaluation.limit=1100",
        "diagnosis.budget=66",
        "training.steps=3",
        "generation.difficulty.enabled=false",
        *_NO_OTHER_SPLITS,
    )
    return Setup(load(CONFIG, overrides), work, 1)


_NO_OTHER_SPLITS: Final = ("generation.validation_share=0", "generation.canary=0")
"""The held-out half of the benchmark is what watches here."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("training", ["T1"], argv, _extend)
    suffix = "-difficulty-on" if arguments.difficulty == "on" else ""
    quoted = RESULTS / f"training-T1{suffix}.json"
    if not arguments.full:
        setup = smoke(arguments.work / "training-smoke")
        summary = summarise(*measure(setup))
        rows = [replace(row, met=None) for row in rows_of(summary)]
        publish("training", rows, arguments.json, extent="smoke", full=quoted.name)
        print(f"Too small to judge by. The figures of --full: bench/results/{quoted.name}")
        return
    setup = full(
        arguments.work / f"training{suffix}", arguments.seeds, arguments.difficulty == "on"
    )
    summary = summarise(*measure(setup))
    rows = rows_of(summary)
    publish("training", rows, arguments.json, extent="full", seeds=arguments.seeds)
    text = markdown(summary, _about(setup, arguments.difficulty))
    write(quoted, rows, seeds=arguments.seeds, difficulty=arguments.difficulty)
    (RESULTS / f"T1{suffix}.md").write_text(text)
    print(text)


def _extend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=8, help="of --full; 8 are wanted")
    parser.add_argument("--difficulty", choices=("off", "on"), default="off")
    parser.add_argument("--work", type=Path, default=BUILD, help="kept, to continue from")


def _about(setup: Setup, difficulty: str) -> str:
    config = setup.config
    return (
        f"Points on the held-out half, mean over {setup.seeds} seeds: {config.diagnosis.budget} "
        f"samples and {config.training.steps} steps of {config.training.prompts_per_step} prompts "
        f"per arm, difficulty gate {difficulty}; measured at {commit()} by "
        f"`python -m bench.training --full --seeds {setup.seeds}`."
    )


if __name__ == "__main__":
    main()
