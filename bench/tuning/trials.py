"""Trials: one arm with one seed is a training set, a training and an evaluation, by the product's
own stages.

    done = run(setup, begun(setup), [Arm("diagnosis"), Arm("uniform", weights="uniform")])
    done["uniform"][3].scores           {"clock-0007": 0.0, …}: the held-out half, seed 3

    trials/seed-3/uniform.json          the finished trial
    trials/seed-3/uniform/              diagnosis/ (its mixture) training_set/ checkpoint/ …

Arms are named apart in all measures, so that T3 and T9 read T1's trials where they need them.
"""

import json
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from bench.tuning.cells import aimed, scaled
from bench.tuning.contrasts import Scores
from bench.tuning.diversity import Diversity, of
from bench.tuning.sharing import Job, done, locked
from bench.tuning.world import Setup, Start, begun, claim, evaluate, held_out, once, scores_of
from blindspot.core.artifact import MANIFEST, Artifact, Draft, open_artifact, write_text
from blindspot.core.records import CellShare
from blindspot.core.training_set import TrainingSetArtifact
from generation.source import SourceSettings
from training.settings import TrainingSettings

Weights = Literal["diagnosis", "uniform", "random"]


@dataclass(frozen=True)
class Arm:
    """What is done in a trial."""

    name: str
    weights: Weights = "diagnosis"
    """Of the mixture's cells: as diagnosed, all the same, or Dirichlet(1) drawn by the seed."""
    size: float = 1.0
    """Samples and steps as a multiple of the config's."""
    optimiser: str = ""
    """Empty: the config's."""
    data_of: str = ""
    """The arm whose very training set it takes."""
    sources: tuple[SourceSettings, ...] = ()
    """Empty: the config's."""

    @property
    def data(self) -> str:
        return self.data_of or self.name


@dataclass(frozen=True)
class Trial:
    """One arm with one seed."""

    arm: str
    seed: int
    admitted: int
    candidates: int
    steps: int
    """Taken; fewer than wanted where a guard stopped training."""
    alarm: str
    """Of the guard that did, or empty."""
    seconds: float
    diversity: Diversity
    scores: Scores


DIAGNOSIS: Final = Arm("diagnosis")
UNIFORM: Final = Arm("uniform", weights="uniform")


def run(setup: Setup, arms: Sequence[Arm]) -> tuple[Start, dict[str, list[Trial]]]:
    """What all share, and the trials of each arm by seed; what is there is read from disk."""
    with locked(setup.work / ".start.lock", wait=True):
        claim(setup)
        start = begun(setup)
    wanted = [(arm, seed) for seed in range(setup.seeds) for arm in arms]
    results = done([_job(setup, start, arm, seed) for arm, seed in wanted])
    found: dict[str, list[Trial]] = {arm.name: [] for arm in arms}
    for (arm, _), result in zip(wanted, results, strict=True):
        found[arm.name].append(_trial(result))
    return start, found


def _job(setup: Setup, start: Start, arm: Arm, seed: int) -> Job:
    here = setup.work / f"seed-{seed}"
    return Job(
        file=here / f"{arm.name}.json",
        lock=here / f".{arm.data}.lock",
        make=lambda: asdict(perform(setup, start, arm, seed)),
    )


def _trial(raw: Mapping[str, Any]) -> Trial:
    return Trial(**{**raw, "diversity": Diversity(**raw["diversity"])})


def perform(setup: Setup, start: Start, arm: Arm, seed: int) -> Trial:
    """Generate, train and evaluate one arm with one seed."""
    from training import stage as training

    begun_at, here = time.monotonic(), setup.work / f"seed-{seed}" / arm.name
    training_set = generate(setup, start, arm, seed)
    inputs = training.TrainingInputs(setup.folder, training_set.path, setup.config.model, round=0)
    config = tuned(setup.config.training, arm, seed)
    trained = once(
        here / "checkpoint", "checkpoint", lambda out: training.run(config, inputs, out)
    ).manifest
    model = setup.config.model.model_copy(update={"checkpoint": str(here / "checkpoint")})
    evaluation = evaluate(held_out(setup), setup, model, here / "evaluation")
    counts = training_set.manifest.counts
    return Trial(
        arm=arm.name,
        seed=seed,
        admitted=counts["train"],
        candidates=counts["candidates"],
        steps=trained.counts["steps"],
        alarm=json.dumps(trained.facts["alarm"]) if trained.facts["alarm"] else "",
        seconds=round(time.monotonic() - begun_at, 1),
        diversity=of(TrainingSetArtifact(training_set.path)),
        scores=scores_of(evaluation, start.world.cells),
    )


def tuned(config: TrainingSettings, arm: Arm, seed: int) -> TrainingSettings:
    """The config's training with an arm's seed, steps and optimiser."""
    changes: dict[str, Any] = {"seed": seed, "steps": max(1, round(arm.size * config.steps))}
    if arm.optimiser:
        changes["optimiser"] = arm.optimiser
    return config.model_copy(update=changes)


def generate(setup: Setup, start: Start, arm: Arm, seed: int) -> Artifact:
    """The training set of an arm, or of the arm whose data it takes."""
    from generation import stage as generation

    here, first = setup.work / f"seed-{seed}" / arm.data, setup.folder.round(0)
    inputs = generation.GenerationInputs(
        folder=setup.folder,
        diagnosis=_aimed(setup, start, arm, seed, here / "diagnosis"),
        evaluations=(first.evaluation,),
        policy=setup.config.model,
        round=0,
    )
    changes: dict[str, Any] = {"seed": seed}
    if arm.sources:
        changes["sources"] = arm.sources
    config = setup.config.generation.model_copy(update=changes)
    return once(
        here / "training_set", "training_set", lambda out: generation.run(config, inputs, out)
    )


def mixture(start: Start, arm: Arm, seed: int) -> tuple[CellShare, ...]:
    """What an arm asks for."""
    diagnosed = start.diagnosis.mixture
    if arm.weights == "diagnosis":
        return scaled(diagnosed, arm.size)
    weights = [1.0] * len(start.cells)
    if arm.weights == "random":
        weights = np.random.default_rng(seed).dirichlet(weights).tolist()
    budget = round(arm.size * sum(row.quota for row in diagnosed))
    return aimed(start.cells, weights, budget, start.diagnosis.weaknesses)


def _aimed(setup: Setup, start: Start, arm: Arm, seed: int, out: Path) -> Path:
    """The diagnosis that an arm generates from: the real one, or one with another mixture."""
    real = setup.folder.round(0).diagnosis
    rows = mixture(start, arm, seed)
    if rows == start.diagnosis.mixture:
        return real
    changed = start.diagnosis.model_copy(update={"mixture": rows})
    about = {"arm": arm.name, "seed": seed}
    once(
        out, "diagnosis", lambda path: copied(real, changed.model_dump_json(indent=1), about, path)
    )
    return out


def copied(real: Path, diagnosis: str, about: Mapping[str, Any], out: Path) -> Artifact:
    """The real diagnosis with another `diagnosis.json`."""
    read = {"diagnosis": open_artifact(real, "diagnosis").digest}
    draft = Draft(out, "diagnosis", about, read)
    for file in _files(real):
        shutil.copyfile(file, draft.path / file.name)
    write_text(draft.path / "diagnosis.json", diagnosis)
    return draft.publish()


def _files(folder: Path) -> Iterable[Path]:
    return (f for f in sorted(folder.iterdir()) if f.is_file() and f.name != MANIFEST)
