"""What was made for training: admitted and rejected per cell and gate, with examples."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypedDict

from blindspot.core.records import TrainingSample
from blindspot.core.training_set import (
    CellOutcome,
    TrainingSetArtifact,
    read_pictures,
    read_split,
)
from reports.pictures import Priority
from reports.section import Section
from reports.view import View


class TrainingSetNumbers(TypedDict):
    """The table and the examples."""

    gates: list[str]
    """The columns of rejections."""
    cells: list[CellOutcome]
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
        cells = artifact.outcomes().cells
        examples = spread(read_split(artifact, "train"), view.settings.max_examples)
        _want(view, artifact, examples)
        return {
            "gates": sorted({gate for c in cells for gate in c.rejected}),
            "cells": list(cells),
            "examples": examples,
        }


def spread(samples: Sequence[TrainingSample], most: int) -> list[TrainingSample]:
    """The first sample of every cell, then the second of every cell, up to `most`; cell by cell."""
    by_cell: defaultdict[str, list[TrainingSample]] = defaultdict(list)
    for sample in samples:
        by_cell[sample.cell].append(sample)
    deepest = max(map(len, by_cell.values()), default=0)
    turns = [cell[i] for i in range(deepest) for cell in by_cell.values() if i < len(cell)]
    return sorted(turns[:most], key=lambda s: (s.cell, s.id))


def _want(view: View, artifact: TrainingSetArtifact, examples: Sequence[TrainingSample]) -> None:
    pictures = cache(lambda: read_pictures(artifact, "train"))
    for name in (name for sample in examples for name in sample.images):
        view.gallery.want(name, Priority.TRAINING, _lookup(pictures, name))


def _lookup(pictures: Callable[[], dict[str, bytes]], name: str) -> Callable[[], bytes]:
    return lambda: pictures()[name]


PLUGIN: Final[Section] = TrainingSet()
