"""The failed samples, each shown by one of its failed answers.

    scores of "a": 0, 1, 0; its failed answers: (0, refusal), (2, refusal)
    Failed(sample=a, prediction=repeat 0, attribution=refusal)

A sample fails by the mean of its scores, so one wrong answer out of three makes no failed sample.
"""

from collections.abc import Iterable, Sequence

from blindspot.core.outcomes import PASSED, stage_of_samples
from blindspot.core.records import Attribution, Prediction
from diagnostics.answers import Answers
from diagnostics.causes.failed import Failed

Key = tuple[str, int]
"""Sample id and repeat of a prediction."""


def failures(
    answers: Answers, predictions: Iterable[Prediction], found: Sequence[Attribution]
) -> list[Failed]:
    """One per sample whose mean score is below `PASSED`, by id. `found` holds the attribution of
    every failed prediction; the predictions are read once, in any order.
    """
    failing = {
        sample.id: sample
        for sample, score in zip(answers.samples, answers.scores, strict=True)
        if score < PASSED
    }
    shown = _shown(a for a in found if a.sample_id in failing)
    chosen = {(a.sample_id, a.repeat) for a in shown}
    said = {_key(p): p for p in predictions if _key(p) in chosen}
    return [Failed(failing[a.sample_id], said[(a.sample_id, a.repeat)], a) for a in shown]


def _shown(found: Iterable[Attribution]) -> list[Attribution]:
    """Per sample the first attribution that names the stage of most of its failed answers."""
    listed = sorted(found, key=lambda a: (a.sample_id, a.repeat))
    stage_of = stage_of_samples(listed)
    first: dict[str, Attribution] = {}
    for attribution in listed:
        if attribution.stage == stage_of[attribution.sample_id]:
            first.setdefault(attribution.sample_id, attribution)
    return list(first.values())


def _key(prediction: Prediction) -> Key:
    return prediction.sample_id, prediction.repeat
