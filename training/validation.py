"""The validation split, answered while training goes on, and the weights that did best.

    trainer/ best-20/ model.safetensors …    what answered best so far
             best.json                       {"step": 20, "score": 0.71}

The model answers greedily, through the same code and words as in an evaluation, and is graded by
the same function; a sample that cannot be graded, or never be answered, counts for nothing. Of
equal scores the earlier weights stay. An answer that is missing for now (memory that did not
suffice) ends the stage: it would leave out a sample of some weights and not of others.
"""

import asyncio
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image

from blindspot.core.artifact import write_text
from blindspot.core.errors import StageError
from blindspot.core.grading import grade, is_gradable
from blindspot.core.model import ModelSettings, Request, Sampling
from blindspot.core.models.transformers_local import TransformersLocal
from blindspot.core.records import Completion, Failure, Outcome, TrainingSample
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from training import distributed
from training.reward import category_means
from training.settings import ValidationSettings

_NOTE: Final = "best.json"


class _Pictures:
    """Pictures of a training set, by name."""

    def __init__(self, encoded: dict[str, bytes]) -> None:
        self._encoded = encoded

    def open(self, name: str) -> Image.Image:
        return Image.open(io.BytesIO(self._encoded[name])).convert("RGB")


@dataclass(frozen=True)
class Validation:
    """The samples that are asked, and how."""

    samples: Sequence[TrainingSample]
    pictures: _Pictures
    policy: ModelSettings
    settings: ValidationSettings

    def due(self, step: int, last: int) -> bool:
        """Whether weights are measured after this step."""
        return bool(self.samples) and (step % self.settings.every == 0 or step == last)

    def measure(self, model: Any, processor: Any) -> dict[str, float]:
        """`validation`, the mean score, and `validation/<category>`; the processes share the
        samples out between them. Raises StageError, in all processes, where an answer is missing
        that might still come: weights are compared on the same samples.
        """
        padded, count = shared(self.samples, distributed.rank(), distributed.world_size())
        asked = TransformersLocal(self.policy, self.pictures, "validation", (model, processor))
        outcomes = asyncio.run(_answers(asked, [self._request(s) for s in padded]))
        own = list(zip(padded, outcomes, strict=True))[:count]
        found = distributed.gathered([(category(s), score(s, o), _lost(s, o)) for s, o in own])
        _complete([why for *_, why in found if why])
        return summary([(where, value) for where, value, _ in found])

    def _request(self, sample: TrainingSample) -> Request:
        sampling = Sampling(max_tokens=self.settings.max_tokens)
        return Request(prompt=sample.prompt, images=sample.images, sampling=sampling)


def prepare(
    training_set: TrainingSetArtifact, policy: ModelSettings, settings: ValidationSettings
) -> Validation:
    """The validation split as far as it is asked: up to `samples`, cells in turn; none of it where
    `every` is 0.
    """
    split = read_split(training_set, "validation") if settings.every else []
    gradable = [s for s in split if is_gradable(s.target, s.answer_kind, s.options)]
    chosen = in_turn(gradable, settings.samples)
    encoded = read_pictures(training_set, "validation") if chosen else {}
    return Validation(chosen, _Pictures(encoded), policy, settings)


def shared(
    samples: Sequence[TrainingSample], rank: int, size: int
) -> tuple[list[TrainingSample], int]:
    """What one of `size` processes asks, and how many of it are its own. All ask equally many, some
    samples again where there are too few: with weights that are shared out every process must take
    part in each answer.
    """
    asked = [samples[i % len(samples)] for i in range(rank, -(-len(samples) // size) * size, size)]
    return asked, len(samples[rank::size])


def in_turn(samples: Sequence[TrainingSample], count: int) -> list[TrainingSample]:
    """Up to so many samples, one of each cell in turn, each cell's in the order of their ids."""
    places: dict[str, int] = {}
    ranked = []
    for sample in sorted(samples, key=lambda s: s.id):
        place = places[sample.cell] = places.get(sample.cell, -1) + 1
        ranked.append((place, sample.cell, sample.id, sample))
    return [sample for *_, sample in sorted(ranked, key=lambda r: r[:3])[:count]]


def summary(graded: Sequence[tuple[str, float | None]]) -> dict[str, float]:
    """Mean score over all and per category; empty where nothing was graded."""
    scores = [score for _, score in graded if score is not None]
    if not scores:
        return {}
    means = category_means([where for where, _ in graded], [score for _, score in graded])
    named = {f"validation/{where}": mean for where, mean in means.items()}
    return {"validation": sum(scores) / len(scores), **named}


@dataclass(frozen=True)
class Best:
    """Where the best weights so far lie."""

    folder: Path
    step: int
    score: float


def best(folder: Path) -> Best | None:
    """The best weights so far, or None."""
    note = folder / _NOTE
    if not note.is_file():
        return None
    found = json.loads(note.read_text())
    return Best(folder / f"best-{found['step']}", found["step"], found["score"])


def keep(folder: Path, step: int, score: float) -> None:
    """Name `folder/best-<step>`, whole already, as the best weights, and delete older ones."""
    write_text(folder / _NOTE, json.dumps({"step": step, "score": score}))
    for path in folder.glob("best-*"):
        if path.name != f"best-{step}":
            shutil.rmtree(path)


def _lost(sample: TrainingSample, outcome: Outcome) -> str:
    """Why there is no answer although there might be; empty otherwise."""
    if isinstance(outcome, Failure) and outcome.retryable:
        return f"{sample.id}: {outcome.message}"
    return ""


def _complete(lost: Sequence[str]) -> None:
    if lost:
        raise StageError(
            "The weights cannot be compared on the validation split",
            f"{len(lost)} samples were not answered, {lost[0]}",
            "Lower model.batch_size, or validation.samples, and train again",
        )


async def _answers(model: TransformersLocal, requests: list[Request]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for start in range(0, len(requests), model.chunk):
        outcomes += await model.generate(requests[start : start + model.chunk])
    return outcomes


def category(sample: TrainingSample) -> str:
    """`capability/image_type`."""
    return f"{sample.capability}/{sample.image_type}"


def score(sample: TrainingSample, outcome: Outcome) -> float | None:
    """In [0, 1], as the harness grades; None where there is no answer."""
    if not isinstance(outcome, Completion):
        return None
    kind, options = sample.answer_kind, sample.options
    return grade(outcome.text, target=sample.target, kind=kind, options=options).score
