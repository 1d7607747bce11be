"""What the rounds of a run were like, as plain values: the input of the monitors.

    RoundHistory(number=1, held_out=(Answered("mmstar/7", …), …), diagnosis=(…),
                 cells=(Cell("counting/map", quota=40, admitted=31, candidates=52, …),),
                 trained=Trained(accuracy=0.41, prompts=2560), accepted=True)

A round's cells and training come after its evaluation, so the last round of a running loop has
neither. Only the training split of a set is read: what validates or guards is made otherwise.

The halves stand apart: gains are read from the held-out half alone. No sample leaves the monitors:
they give aggregate figures, choose no weights, and reach no generator or trainer.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blindspot.core.acceptance import AcceptanceArtifact
from blindspot.core.artifact import open_artifact, published
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.grading import normalise
from blindspot.core.records import Prediction, Sample
from blindspot.core.run_folder import RoundFolder, RunFolder
from blindspot.core.training_set import TrainingSetArtifact, read_split

_GATE: Final = "difficulty: "
"""What rejections by the gate that asks the policy begin with."""
_TOO_HARD: Final = f"{_GATE}too hard"
_NO_ANSWER: Final = f"{_GATE}no answer"
_ACCURACY: Final = "rewards/accuracy/mean"
_FIRST: Final = 5
"""Steps that speak of the start policy. Fewer could not show the floor: of 48 prompts a step, none
right in four steps leaves 2.5 % possible (the bound at .05/6), in five 2.0 %.
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """One sample with the answers that were graded; failures are left out."""

    id: str
    benchmark: str
    kind: str
    """Of the answer."""
    target: str
    """Normalised."""
    cluster: str
    """What shares its picture."""
    grader: str
    answers: tuple[str, ...]
    """Normalised, one per repeat; "" where none could be read."""
    score: float
    """Mean over the repeats."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one training cell."""

    name: str
    quota: int
    admitted: int
    candidates: int
    """Drawn."""
    asked: int = 0
    """Candidates whose difficulty the policy decided."""
    too_hard: int = 0
    """Of those, how many it hardly ever got right."""
    questions: tuple[str, ...] = ()
    """Of the admitted samples, normalised."""
    pictures: tuple[tuple[str, ...], ...] = ()
    """Of the admitted samples, by content."""


@dataclass(frozen=True, slots=True)
class Trained:
    """How rollouts did while training."""

    accuracy: float
    """Mean share of right rollouts over the first steps: the start policy's, before training can
    have ruined or raised it.
    """
    prompts: int
    """Prompts that were rolled out in those steps."""


@dataclass(frozen=True, slots=True)
class RoundHistory:
    """One round."""

    number: int
    held_out: tuple[Answered, ...] = ()
    diagnosis: tuple[Answered, ...] = ()
    cells: tuple[Cell, ...] = ()
    """Empty where no set was made yet."""
    trained: Trained | None = None
    """None where nothing was trained, or without rollouts (sft, dpo)."""
    accepted: bool | None = None
    """Whether the next round starts from what this one trained; None where no gate decided yet."""

    @property
    def answered(self) -> tuple[Answered, ...]:
        """Both halves: for alarms, never for a gain."""
        return (*self.held_out, *self.diagnosis)


def read(folder: RunFolder, upto: int) -> tuple[RoundHistory, ...]:
    """The rounds up to and with `upto`, which all must have been evaluated; of that one nothing
    that came after its evaluation, so that a loop which is run again is told the same. Raises
    DataError where one was not evaluated, or cannot be read.
    """
    return tuple(_round(folder.round(n), ended=n < upto) for n in range(upto + 1))


def answered(samples: Iterable[Sample], predictions: Iterable[Prediction]) -> list[Answered]:
    """Samples that have a score, by id."""
    found: defaultdict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        if prediction.score is not None:
            found[prediction.sample_id].append(prediction)
    ordered = sorted(samples, key=lambda s: s.id)
    return [_answered(sample, found[sample.id]) for sample in ordered if sample.id in found]


def cells(training_set: TrainingSetArtifact) -> list[Cell]:
    """The training cells of a set, in the plan's order."""
    samples = sorted(read_split(training_set, "train"), key=lambda s: s.id)
    return [
        Cell(
            name=row.name,
            quota=row.quota,
            admitted=row.admitted,
            candidates=row.candidates,
            asked=sum(s.cell == row.name and s.pass_rate is not None for s in samples)
            + _judged(row.rejected),
            too_hard=row.rejected.get(_TOO_HARD, 0),
            questions=tuple(normalise(s.question) for s in samples if s.cell == row.name),
            pictures=tuple(s.images for s in samples if s.cell == row.name),
        )
        for row in training_set.outcomes().cells
        if row.split == "train"
    ]


def trained(checkpoint: Path) -> Trained | None:
    """What a published checkpoint's log says of its rollouts; None where it had none."""
    manifest = open_artifact(checkpoint, "checkpoint").manifest
    scores = [r[_ACCURACY] for r in _log(checkpoint) if r.get(_ACCURACY) is not None]
    group = manifest.config.get("grpo", {}).get("group_size", 1)
    first = scores[:_FIRST]
    prompts = manifest.counts.get("rollouts", 0) // group * len(first) // max(1, len(scores))
    return Trained(sum(first) / len(first), prompts) if prompts else None


def _round(folder: RoundFolder, *, ended: bool) -> RoundHistory:
    evaluation = Evaluation(folder.evaluation)
    samples = evaluation.samples()
    held_out = {s.id for s in samples if s.half == "held_out"}
    rows = answered(samples, evaluation.scan_predictions())
    has_set, has_checkpoint, has_verdict = (
        ended and published(path)
        for path in (folder.training_set, folder.checkpoint, folder.acceptance)
    )
    return RoundHistory(
        number=folder.number,
        held_out=tuple(r for r in rows if r.id in held_out),
        diagnosis=tuple(r for r in rows if r.id not in held_out),
        cells=tuple(cells(TrainingSetArtifact(folder.training_set))) if has_set else (),
        trained=trained(folder.checkpoint) if has_checkpoint else None,
        accepted=AcceptanceArtifact(folder.acceptance).acceptance().accepted
        if has_verdict
        else None,
    )


def _answered(sample: Sample, predictions: list[Prediction]) -> Answered:
    ordered = sorted(predictions, key=lambda p: p.repeat)
    first = sample.images[0] if sample.images else f"sample {sample.id}"
    return Answered(
        id=sample.id,
        benchmark=sample.benchmark,
        kind=sample.answer_kind,
        target=normalise(sample.target),
        cluster=sample.component or first,
        grader=ordered[0].grader,
        answers=tuple(normalise(p.answer or "") for p in ordered),
        score=sum(p.score or 0.0 for p in ordered) / len(ordered),
    )


def _judged(rejected: Mapping[str, int]) -> int:
    """How many of a cell's rejected candidates the policy had answered."""
    return sum(n for why, n in rejected.items() if why.startswith(_GATE) and why != _NO_ANSWER)


def _log(checkpoint: Path) -> list[dict[str, Any]]:
    file = checkpoint / "metrics.jsonl"
    try:
        return [json.loads(line) for line in file.read_text().splitlines()]
    except (OSError, ValueError) as error:
        raise DataError(
            f"The log {file}", f"it cannot be read ({error})", "Make the checkpoint again"
        ) from error
