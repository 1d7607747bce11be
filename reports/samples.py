"""Samples as a page shows them: the question with its pictures beside what the model said."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from blindspot.core.outcomes import passed
from blindspot.core.records import Attribution, Prediction, Sample
from reports.pictures import Priority
from reports.view import View


class Shown(TypedDict):
    """One sample with one prediction of it."""

    id: str
    benchmark: str
    images: list[str]
    question: str
    options: list[str]
    target: str
    completion: str | None
    more: int
    """Characters of the completion that are not shown."""
    truncated: bool
    """Cut off at the token limit."""
    answer: str | None
    score: float | None
    repeat: int
    attribution: Attribution | None


class Told(TypedDict):
    """What an earlier round's model said to the same sample."""

    round: int
    completion: str | None
    """None where it said nothing; of rounds before the last one it is not kept."""
    more: int
    answer: str | None
    score: float | None
    right: bool | None
    failure: str | None
    """Why there is no score."""


class Evidence:
    """Some samples of a round with their predictions, read at once."""

    def __init__(self, view: View, ids: Iterable[str]) -> None:
        wanted = set(ids)
        self._view = view
        self._samples = view.current.samples(wanted) if wanted else {}
        self._attributions = view.current.attributions(wanted) if wanted else {}
        self._predictions = by_sample(view.current.predictions(wanted) if wanted else ())

    def failing(self, ids: Iterable[str], priority: Priority = Priority.FAILING) -> list[Shown]:
        """Each with its worst prediction; those without an answer are left out."""
        return [self._shown(i, priority, worst=True) for i in self._known(ids)]

    def passing(self, ids: Iterable[str], priority: Priority = Priority.PASSING) -> list[Shown]:
        """Each with its best prediction; those without an answer are left out."""
        return [self._shown(i, priority, worst=False) for i in self._known(ids)]

    def _known(self, ids: Iterable[str]) -> list[str]:
        return [i for i in ids if i in self._samples and self._answered(i)]

    def _answered(self, sample_id: str) -> list[Prediction]:
        return [p for p in self._predictions.get(sample_id, ()) if p.score is not None]

    def _shown(self, sample_id: str, priority: Priority, *, worst: bool) -> Shown:
        sample = self._samples[sample_id]
        sign = 1 if worst else -1
        prediction = min(
            self._answered(sample_id), key=lambda p: (sign * (p.score or 0.0), p.repeat)
        )
        for name in sample.images:
            self._view.gallery.want(name, priority)
        attribution = self._attributions.get((sample_id, prediction.repeat))
        return _show(sample, prediction, attribution, self._view.settings.max_text)


def by_sample(predictions: Iterable[Prediction]) -> dict[str, list[Prediction]]:
    """Predictions by sample id."""
    found: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        found.setdefault(prediction.sample_id, []).append(prediction)
    return found


def told(view: View, shown: Sequence[Shown]) -> dict[str, list[Told]]:
    """What the rounds before said to these samples in the same repeat, the latest first, by id."""
    found: dict[str, list[Told]] = {s["id"]: [] for s in shown}
    repeats = {s["id"]: s["repeat"] for s in shown}
    most = view.settings.max_text
    for back, round_ in enumerate(reversed(view.rounds[:-1])):
        for prediction in round_.predictions(found) if found else ():
            if prediction.repeat == repeats[prediction.sample_id]:
                line = _tell(round_.number, prediction, 0 if back else most)
                found[prediction.sample_id].append(line)
    return found


def _tell(number: int, prediction: Prediction, most: int) -> Told:
    text = prediction.completion.text if prediction.completion else ""
    return {
        "round": number,
        "completion": text[:most] if most and prediction.completion else None,
        "more": max(0, len(text) - most) if most else 0,
        "answer": prediction.answer,
        "score": prediction.score,
        "right": None if prediction.score is None else passed([prediction.score]),
        "failure": prediction.failure.kind if prediction.failure else None,
    }


def _show(
    sample: Sample, prediction: Prediction, attribution: Attribution | None, most: int
) -> Shown:
    completion = prediction.completion
    text = completion.text if completion else ""
    return {
        "id": sample.id,
        "benchmark": sample.benchmark,
        "images": list(sample.images),
        "question": sample.question,
        "options": list(sample.options),
        "target": sample.target,
        "completion": text[:most],
        "more": max(0, len(text) - most),
        "truncated": completion is not None and completion.finish_reason == "length",
        "answer": prediction.answer,
        "score": prediction.score,
        "repeat": prediction.repeat,
        "attribution": attribution,
    }
