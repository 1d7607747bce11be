"""Self-training on the tiny world, for T10: questions, a model's answers, sets of samples, tuning
on them and the held-out score. What each measure does with them stands in its own file.

    Questions: so many per cell, drawn by program. Held-out ones have contents that no training
    question may have (`generation.family`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.rows import Interval, Row
from bench.tuning.start_models import cells
from blindspot.core.artifact import Artifact, Draft, open_artifact, published
from blindspot.core.asking import ask
from blindspot.core.errors import StageError
from blindspot.core.grading import grade
from blindspot.core.images import encode
from blindspot.core.model import ModelSettings, Request, Sampling, open_model
from blindspot.core.prompt import render
from blindspot.core.records import Completion, Failure, Outcome, TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import cluster_bootstrap
from generation.family import Drawing, draw
from generation.own_answers import Asked
from generation.shards import write_split
from training import stage as training
from training.settings import TrainingSettings

SIZE: Final = 48
MAX_TOKENS: Final = 16
PER_STEP: Final = 48
"""Samples of an optimiser step."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A trial's held-out scores by question."""

    before: dict[str, float]
    after: dict[str, float]


@dataclass(frozen=True)
class Question:
    """One question of the tiny world."""

    id: str
    cell: str
    asked: Asked
    capability: str
    image_type: str


def questions(
    folder: RunFolder,
    seed: str,
    per_cell: int,
    *,
    reserved: bool = False,
    only: Sequence[str] = (),
) -> list[Question]:
    """`per_cell` questions for every cell, or for the cells of some families."""
    return [
        _question(folder, cell, f"{seed}/{cell.name}/{number}", reserved)
        for cell in cells()
        if not only or cell.family in only
        for number in range(per_cell)
    ]


def _question(folder: RunFolder, cell: Any, seed: str, reserved: bool) -> Question:
    drawn: Drawing = draw(cell.plugin, seed, SIZE, cell.condition, reserved=reserved)
    images = (folder.images.put(encode(drawn.image)),)
    prompt = render(drawn.question, drawn.options, drawn.answer_kind)
    asked = Asked(prompt, images, drawn.answer_kind, drawn.target, drawn.options)
    return Question(seed, cell.name, asked, cell.plugin.capability, cell.plugin.image_type)


def model(checkpoint: Path) -> ModelSettings:
    """A checkpoint as it is asked here."""
    return ModelSettings(checkpoint=str(checkpoint.resolve()), batch_size=128)


def answers(folder: RunFolder, who: ModelSettings, requests: Sequence[Request]) -> list[Completion]:
    """One answer per request, in order; the folder's ledger knows those of earlier runs. Raises
    StageError where one is missing: the model is local, and a missing answer is no wrong one.
    """
    return answered(ask(open_model(who, folder.images), requests, folder.ledger))


def answered(outcomes: Sequence[Outcome]) -> list[Completion]:
    """The answers, if all are there."""
    lost = [each for each in outcomes if isinstance(each, Failure)]
    if lost:
        raise StageError(
            "T10 cannot be measured",
            f"{len(lost)} of {len(outcomes)} questions were not answered ({lost[0].message})",
            "Run it again: what was answered is kept",
        )
    return [each for each in outcomes if isinstance(each, Completion)]


def is_right(question: Question, outcome: Completion) -> float:
    """The score of an answer; 0 of one that was cut off."""
    asked = question.asked
    found = grade(outcome.text, target=asked.target, kind=asked.answer_kind, options=asked.options)
    return found.score if outcome.finish_reason == "stop" else 0.0


def scores(folder: RunFolder, who: ModelSettings, held_out: Sequence[Question]) -> dict[str, float]:
    """Greedy scores by question."""
    told = Sampling(max_tokens=MAX_TOKENS)
    requests = [
        Request(prompt=q.asked.prompt, images=q.asked.images, sampling=told) for q in held_out
    ]
    outcomes = answers(folder, who, requests)
    return {q.id: is_right(q, said) for q, said in zip(held_out, outcomes, strict=True)}


def training_set(
    folder: RunFolder, out: Path, taught: Sequence[tuple[Question, str]], about: Mapping[str, Any]
) -> Artifact:
    """A training set of questions with the answers to imitate."""
    if published(out):
        return open_artifact(out, "training_set")
    draft = Draft(out, "training_set", dict(about), {})
    rows = list(_samples(taught))
    write_split(draft.path / "train", rows, lambda name: folder.images.path(name).read_bytes())
    return draft.publish(counts={"train": len(rows)})


def _samples(taught: Sequence[tuple[Question, str]]) -> Iterator[TrainingSample]:
    for question, answer in taught:
        asked = question.asked
        yield TrainingSample(
            id=f"train/{question.id}",
            split="train",
            cell=question.cell,
            question=asked.prompt,
            prompt=asked.prompt,
            images=asked.images,
            options=asked.options,
            target=answer,
            answer_kind=asked.answer_kind,
            capability=question.capability,
            image_type=question.image_type,
            source="bench",
        )


def tuned(
    folder: RunFolder, start: ModelSettings, samples: Path, out: Path, settings: TrainingSettings
) -> ModelSettings:
    """The start checkpoint after tuning on a training set."""
    if not published(out):
        training.run(settings, training.TrainingInputs(folder, samples, start, round=0), out)
    return model(out)


def sft(steps: int, seed: int, rate: float) -> TrainingSettings:
    """Supervised tuning as `examples/tiny` does it, at a learning rate, the last weights kept."""
    return TrainingSettings.model_validate(
        {
            "preset": "tiny-cpu",
            "optimiser": "sft",
            "steps": steps,
            "prompts_per_step": PER_STEP,
            "seed": seed,
            "threads": 1,
            "save_every": steps,
            "sft": {"learning_rate": rate},
            "warmup_steps": 0,  # of five, a set of few answers would see nothing else
            "validation": {"every": 0},
        }
    )


def gain(trials: Sequence[Scored]) -> tuple[float, Interval, list[float]]:
    """Points over the start: the mean over seeds, its interval over questions, one per seed."""
    changes = [
        {k: 100 * (t.after[k] - t.before[k]) for k in t.before if k in t.after} for t in trials
    ]
    common = sorted(set.intersection(*(set(change) for change in changes)))
    paired = [fmean(change[k] for change in changes) for k in common]
    return fmean(paired), cluster_bootstrap(paired, common), [fmean(c.values()) for c in changes]


def gained(what: str, trials: Sequence[Scored], beside: str = "") -> Row:
    """The gain as a row, with that of each seed."""
    value, interval, seeds = gain(trials)
    said = "seeds: " + ", ".join(f"{each:+.1f}" for each in seeds)
    return Row("T10", what, value, interval, to_beat="; ".join(filter(None, (beside, said))))
