"""(a) of S3: negatives of distorted pictures → DPO, against controls of equal samples and steps.

Written down before the first full run. *Arms*, on the pairs of one training set:

    dpo       what the model said wrong of distorted pictures is rejected
    random    rejected is another wrong answer: the target of a sample of the set, drawn by the
              seed, that is graded wrong here and is not what the model said
    sft       supervised tuning on the chosen answers of the same pairs

The pairs are trained on as often in each arm. *Figures*: points of greedy score gained over the
start (the shipped model) on held-out `presence` where the thing is absent, where hallucination
shows; where it is present, where a model that learns to deny would lose; and over all cells that
the example's source makes.

A small run came before (one seed, 200 samples, 20 steps, with masked and swapped pictures too): dpo
gained nothing in presence-absent and lost 5 points over all cells. Nearly half of its presence
pairs rejected a "no" about a picture whose object was masked, so the example leaves these out since
then. Equal quotas aim at no weakness, so there are no wrong rollouts of the difficulty gate here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.rows import Row
from bench.tuning.example_trials import Size, config, generated, kept
from bench.tuning.self_training import Question, Scored, gained, model, questions, scores, tuned
from bench.tuning.start_models import SHIPPED
from blindspot.core.artifact import Artifact, Draft, open_artifact, published
from blindspot.core.grading import grade
from blindspot.core.model import ModelSettings
from blindspot.core.progress import say
from blindspot.core.records import NegativePair, TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import read_records, write_records
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from blindspot.settings import Config
from generation.shards import write_split
from training.data import NEGATIVES

ARMS: Final = ("dpo", "random", "sft")
CELLS: Final = {
    "presence of what is absent": "presence-absent",
    "presence of what is there": "presence-present",
    "all cells of the example": "",
}


@dataclass(frozen=True)
class _Setup:
    config: Config
    folder: RunFolder
    start: ModelSettings
    held_out: Sequence[Question]
    samples: int


def measure(size: Size, work: Path) -> list[Row]:
    """A row for each arm and group of cells."""
    told, folder = config("hallucination-dpo", size), RunFolder(work)
    families = told.generation.sources[0].families
    held_out = questions(folder, "held out", size.held_out, reserved=True, only=families)
    setup = _Setup(told, folder, model(SHIPPED), held_out, size.samples)
    found = {arm: [_kept(setup, arm, seed) for seed in range(size.seeds)] for arm in ARMS}
    return [
        gained(f"(a) gain of {arm} in {what}, points", [_only(t, held_out, cell) for t in trials])
        for what, cell in CELLS.items()
        for arm, trials in found.items()
    ]


def rejected_at_random(
    pairs: Sequence[NegativePair], samples: Sequence[TrainingSample], seed: int
) -> list[NegativePair]:
    """The pairs with another wrong answer each, of the set's targets; without one they stay."""
    by_id, targets = {s.id: s for s in samples}, sorted({s.target for s in samples})
    changed = []
    for pair in pairs:
        sample = by_id[pair.sample_id]
        others = [t for t in targets if t != pair.rejected and not _right(sample, t)]
        rng = random.Random(f"{seed}/{pair.sample_id}/{pair.rejected}")
        update = {"rejected": rng.choice(others)} if others else {}
        changed.append(pair.model_copy(update=update))
    return changed


def _kept(setup: _Setup, arm: str, seed: int) -> Scored:
    here = setup.folder.root / f"seed-{seed}" / arm
    return kept(here.with_suffix(".json"), lambda: _trial(setup, arm, seed, here))


def _trial(setup: _Setup, arm: str, seed: int, here: Path) -> Scored:
    say(f"T10 (a): {arm}, seed {seed}")
    drawn = setup.config.generation.model_copy(update={"seed": seed})
    out = here.parent / "training_set"
    made = generated(setup.folder, out, drawn, setup.start, setup.samples)
    taught = made.path if arm == "dpo" else _control(made, arm, seed, here / "training_set").path
    update = {"seed": seed, "optimiser": "sft" if arm == "sft" else "dpo"}
    settings = setup.config.training.model_copy(update=update)
    ended = tuned(setup.folder, setup.start, taught, here / "checkpoint", settings)
    before = scores(setup.folder, setup.start, setup.held_out)
    return Scored(before=before, after=scores(setup.folder, ended, setup.held_out))


def _control(made: TrainingSetArtifact, arm: str, seed: int, out: Path) -> Artifact:
    """The training set of a control."""
    if published(out):
        return open_artifact(out, "training_set")
    draft = Draft(out, "training_set", {"arm": arm, "seed": seed}, {})
    pairs = read_records(made.path / NEGATIVES, NegativePair)
    samples, pictures = read_split(made, "train"), read_pictures(made, "train")
    if arm == "random":
        changed = rejected_at_random(pairs, samples, seed)
        write_records(draft.path / NEGATIVES, changed, NegativePair)
    else:
        samples = as_samples(pairs, samples)
    write_split(draft.path / "train", samples, pictures.__getitem__)
    return draft.publish(counts={"train": len(samples)})


def as_samples(
    pairs: Sequence[NegativePair], samples: Sequence[TrainingSample]
) -> list[TrainingSample]:
    """The chosen answers of the pairs, a sample for each pair."""
    by_id = {s.id: s for s in samples}
    return [
        by_id[p.sample_id].model_copy(update={"id": f"{p.sample_id}#{i}", "target": p.chosen})
        for i, p in enumerate(pairs)
    ]


def _right(sample: TrainingSample, answer: str) -> bool:
    found = grade(answer, target=sample.target, kind=sample.answer_kind, options=sample.options)
    return found.score == 1.0


def _only(trial: Scored, held_out: Sequence[Question], cell: str) -> Scored:
    among = {q.id for q in held_out if not cell or q.cell == cell}
    before, after = (
        {k: v for k, v in s.items() if k in among} for s in (trial.before, trial.after)
    )
    return Scored(before=before, after=after)
