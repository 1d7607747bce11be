"""Samples whose answer turned between two evaluations, as a page shows them: the question with its
pictures, and what was said before beside what was said after.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from blindspot.core.records import Half, Prediction, Sample
from reports.pictures import Priority
from reports.view import Round, View


class Said(TypedDict):
    """What one side answered: all its answers, and the first completion."""

    answers: list[str | None]
    """Per scored repeat; None where none could be read."""
    completion: str
    more: int
    """Characters of the completion that are not shown."""
    truncated: bool
    attribution: None
    """Nothing is marked in it."""


class Flipped(TypedDict):
    """One sample on both sides."""

    id: str
    benchmark: str
    category: str
    half: Half
    images: list[str]
    question: str
    options: list[str]
    target: str
    before: Said
    after: Said


def flipped(view: View, before: Round, after: Round, ids: Iterable[str]) -> list[Flipped]:
    """These samples in the order given; those that a side lacks or did not answer are left out."""
    wanted = list(ids)
    samples = after.samples(wanted) if wanted else {}
    said = [_said(r, wanted, view.settings.max_text) for r in (before, after)]
    known = [i for i in wanted if i in samples and all(i in side for side in said)]
    for name in (name for i in known for name in samples[i].images):
        if Path(name).name == name:
            view.gallery.want(name, Priority.PASSING, after.images.path(name).read_bytes)
    return [_flipped(samples[i], said[0][i], said[1][i]) for i in known]


def _flipped(sample: Sample, before: Said, after: Said) -> Flipped:
    return {
        "id": sample.id,
        "benchmark": sample.benchmark,
        "category": sample.category,
        "half": sample.half,
        "images": list(sample.images),
        "question": sample.question,
        "options": list(sample.options),
        "target": sample.target,
        "before": before,
        "after": after,
    }


def _said(round_: Round, ids: list[str], most: int) -> dict[str, Said]:
    rows: dict[str, list[Prediction]] = {}
    found = round_.predictions(ids) if ids else []
    for prediction in sorted(found, key=lambda p: p.repeat):
        if prediction.score is not None:
            rows.setdefault(prediction.sample_id, []).append(prediction)
    return {name: _side(own, most) for name, own in rows.items()}


def _side(rows: list[Prediction], most: int) -> Said:
    completion = rows[0].completion
    text = completion.text if completion else ""
    return {
        "answers": [p.answer for p in rows],
        "completion": text[:most],
        "more": max(0, len(text) - most),
        "truncated": completion is not None and completion.finish_reason == "length",
        "attribution": None,
    }
