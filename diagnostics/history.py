"""What earlier rounds say: changes on both halves, and the weaknesses that they found."""

from collections.abc import Sequence
from dataclasses import dataclass

from blindspot.core.diagnosis import Changes, Diagnosis, DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from diagnostics.answers import read
from diagnostics.changes.identity import EarlierRound
from diagnostics.changes.paired import Answered, changes
from diagnostics.labelling.labelled import Category
from diagnostics.settings import DiagnosisInputs


@dataclass(frozen=True)
class History:
    """Empty in the first round."""

    changes: Changes | None = None
    """Since the first round and the one before."""
    last: Diagnosis | None = None
    """The previous round's diagnosis, where there is one."""
    rounds: tuple[EarlierRound, ...] = ()
    """Oldest first, those whose evaluation and diagnosis are given."""

    def fallen(self) -> set[Category]:
        """Categories that were strong, have lost since the first round, and are not shown to have
        lost little, on the diagnosis half: the held-out half decides nothing about training.
        """
        rows = self.changes.rows if self.changes else ()
        first = min((r.since for r in rows), default=0)
        own = [r for r in rows if r.half == "diagnosis" and r.since == first]
        names = [r.name.partition("/") for r in own if r.non_inferior is False and r.change < 0]
        return {(capability, image_type) for capability, _, image_type in names}


def history(inputs: DiagnosisInputs, now: Answered, seed: int) -> History:
    """Read what is given of earlier rounds. Raises DataError where rounds cannot be paired."""
    found = [DiagnosisArtifact(path) for path in inputs.previous]
    diagnoses = [artifact.diagnosis() for artifact in found]
    last = diagnoses[-1] if diagnoses else None
    if not inputs.earlier:
        return History(last=last)
    answered = _answered(inputs, diagnoses)
    strong = {c.name for d in diagnoses[:1] for c in d.categories if c.verdict == "strong"}
    rounds = tuple(
        EarlierRound(d.round, d.weaknesses, artifact.members(), a)
        for artifact, d, a in zip(found, diagnoses, answered, strict=False)
    )
    return History(changes(now, answered, strong, seed), last, rounds)


def _answered(inputs: DiagnosisInputs, diagnoses: Sequence[Diagnosis]) -> list[Answered]:
    first = inputs.round - len(inputs.earlier)
    numbers = [d.round for d in diagnoses] or range(first, inputs.round)
    evaluations = [Evaluation(path) for path in inputs.earlier]
    return [
        Answered(number, evaluation.samples(), read(evaluation))
        for number, evaluation in zip(numbers, evaluations, strict=True)
    ]
