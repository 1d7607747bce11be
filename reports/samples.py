"""Samples as a page shows them: the question with its pictures beside what the model said."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from blindspot.core.records import Attribution, Prediction, Sample
from reports.pictures import Priority
from reports.view import View


class Shown(TypedDict):
    """One sample with one prediction of it."""

    id: str
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


class Evidence:
    """The samples that a round's weaknesses cite, read at once."""

    def __init__(self, view: View, ids: Iterable[str]) -> None:
        wanted = set(ids)
        self._view = view
        self._samples = view.current.samples(wanted) if wanted else {}
        self._attributions = view.current.attributions(wanted) if wanted else {}
        self._predictions: dict[str, list[Prediction]] = {}
        for prediction in view.current.predictions(wanted) if wanted else ():
            self._predictions.setdefault(prediction.sample_id, []).append(prediction)

    def failing(self, ids: Sequence[str]) -> list[Shown]:
        """Each with its worst prediction."""
        return [self._shown(i, Priority.FAILING, worst=True) for i in self._known(ids)]

    def passing(self, ids: Sequence[str]) -> list[Shown]:
        """Each with its best prediction."""
        return [self._shown(i, Priority.PASSING, worst=False) for i in self._known(ids)]

    def _known(self, ids: Sequence[str]) -> list[str]:
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


def _show(
    sample: Sample, prediction: Prediction, attribution: Attribution | None, most: int
) -> Shown:
    completion = prediction.completion
    text = completion.text if completion else ""
    return {
        "id": sample.id,
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
