"""What was made for training: admitted and rejected per cell and gate, what it cost, who made it,
with examples and the edits that pictures went through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypedDict

from blindspot.core.records import Edit, TrainingSample
from blindspot.core.training_set import (
    CellOutcome,
    TrainingSetArtifact,
    read_pictures,
    read_split,
)
from reports.pictures import Priority
from reports.section import Section
from reports.view import Round, View, spread

MOST_EDITED: Final = 6
"""Samples whose edits are shown."""


class Edited(TypedDict):
    """One edit of a picture."""

    edit: Edit
    parent: str | None
    """Name of the picture that was edited, if it was kept."""
    child: str | None


class Lineage(TypedDict):
    """The edits of one sample."""

    id: str
    cell: str
    edits: list[Edited]


class TrainingSetNumbers(TypedDict):
    """The table and the examples."""

    gates: list[str]
    """The columns of rejections."""
    cells: list[CellOutcome]
    counts: dict[str, int]
    """Of the manifest: splits, candidates, negatives, …"""
    facts: dict[str, Any]
    """Of the manifest: what was spent, who generated and verified, …"""
    edited: int
    """Training samples with edits."""
    lineages: list[Lineage]
    examples: list[TrainingSample]


@dataclass(frozen=True)
class TrainingSet:
    """The training set made in this round."""

    title: str = "Training set"
    missing: str = "No training set was made in this round."

    def numbers(self, view: View) -> TrainingSetNumbers | None:
        artifact = view.current.training_set
        if artifact is None:
            return None
        cells, train = artifact.outcomes().cells, read_split(artifact, "train")
        examples = _spread(train, view.settings.max_examples)
        edited = [s for s in train if s.lineage]
        _want(view, artifact, [name for s in examples for name in s.images])
        return {
            "gates": sorted({gate for c in cells for gate in c.rejected}),
            "cells": list(cells),
            "counts": artifact.artifact.manifest.counts,
            "facts": artifact.artifact.manifest.facts,
            "edited": len(edited),
            "lineages": [_lineage(view, artifact, s) for s in _spread(edited, MOST_EDITED)],
            "examples": examples,
        }


def _spread(samples: Sequence[TrainingSample], most: int) -> list[TrainingSample]:
    """Some of every cell, by cell and id."""
    return sorted(spread(samples, most, lambda s: s.cell), key=lambda s: (s.cell, s.id))


def _lineage(view: View, artifact: TrainingSetArtifact, sample: TrainingSample) -> Lineage:
    names = {name.partition(".")[0]: name for name in sample.images}
    edits: list[Edited] = [
        {
            "edit": edit,
            "parent": names.get(edit.parent) or _stored(view.current, edit.parent),
            "child": names.get(edit.child) or _stored(view.current, edit.child),
        }
        for edit in sample.lineage
    ]
    shown = [name for e in edits for name in (e["parent"], e["child"]) if name]
    _want(view, artifact, shown)
    return {"id": sample.id, "cell": sample.cell, "edits": edits}


def _stored(round_: Round, digest: str) -> str | None:
    """Name of a picture in the run's store; None where it was not kept."""
    names = (f"{digest}.{kind}" for kind in ("png", "jpg", "webp")) if digest.isalnum() else ()
    return next((name for name in names if round_.images.path(name).is_file()), None)


def _want(view: View, artifact: TrainingSetArtifact, names: Sequence[str]) -> None:
    pictures = cache(lambda: read_pictures(artifact, "train"))
    for name in names:
        view.gallery.want(name, Priority.TRAINING, _lookup(pictures, name))


def _lookup(pictures: Callable[[], dict[str, bytes]], name: str) -> Callable[[], bytes]:
    return lambda: pictures()[name]


PLUGIN: Final[Section] = TrainingSet()
