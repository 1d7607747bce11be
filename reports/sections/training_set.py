"""What was made for training: admitted and rejected per cell and gate, what it cost, who made it,
with examples and the edits that pictures went through.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypedDict

from blindspot.core.records import Edit, TrainingSample
from blindspot.core.tables import read_rows
from blindspot.core.training_set import (
    CellOutcome,
    TrainingSetArtifact,
    read_split,
)
from reports.pictures import Priority
from reports.section import Section
from reports.view import Round, View, spread

MOST_EDITED: Final = 6
"""Samples whose edits are shown."""
MOST_REJECTED: Final = 8
"""Rejected candidates that are shown."""
_REJECTED: Final = ["id", "cell", "gate", "cause", "evidence", "question", "target", "images"]
"""Columns of `rejected.parquet` that are shown."""
Pictures = Callable[[], dict[str, bytes]]


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


class Rejected(TypedDict):
    """A candidate that a gate kept out."""

    id: str
    cell: str
    gate: str
    cause: str
    """Empty where the gate knows one only."""
    evidence: str
    """What the gate saw."""
    question: str
    target: str
    images: list[str]
    """Names of its pictures, as far as they were kept."""


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
    rejected: int | None
    """Rejected candidates; None where they were not kept."""
    refused: list[Rejected]
    """Some of them, of every gate and cause."""
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
        shown = _spread(edited, MOST_EDITED)
        wanted = {name for s in (*examples, *shown) for name in s.images}
        pictures = cache(lambda: _pictures(artifact, wanted))
        _want(view, pictures, [name for s in examples for name in s.images])
        rejected = _rejected(view.current)
        return {
            "gates": sorted({gate for c in cells for gate in c.rejected}),
            "cells": list(cells),
            "counts": artifact.artifact.manifest.counts,
            "facts": artifact.artifact.manifest.facts,
            "edited": len(edited),
            "lineages": [_lineage(view, pictures, s) for s in shown],
            "rejected": None if rejected is None else len(rejected),
            "refused": _refused(view, rejected or []),
            "examples": examples,
        }


def _spread(samples: Sequence[TrainingSample], most: int) -> list[TrainingSample]:
    """Some of every cell, by cell and id."""
    return sorted(spread(samples, most, lambda s: s.cell), key=lambda s: (s.cell, s.id))


def _pictures(artifact: TrainingSetArtifact, wanted: set[str]) -> dict[str, bytes]:
    """Pictures of the training split, one shard at a time."""
    rows = (row for shard in artifact.shards("train") for row in read_rows(shard, ["images"]))
    images = (image for row in rows for image in row["images"])
    return {image["path"]: image["bytes"] for image in images if image["path"] in wanted}


def _rejected(round_: Round) -> list[dict[str, Any]] | None:
    path = round_.folder.training_set / "rejected.parquet"
    return read_rows(path, _REJECTED) if path.is_file() else None


def _refused(view: View, rejected: Sequence[dict[str, Any]]) -> list[Rejected]:
    """Some of every gate and cause, with what is left of their pictures."""
    ordered = sorted(rejected, key=lambda r: (r["gate"], r["cause"], r["id"]))
    some = spread(ordered, MOST_REJECTED, lambda r: f"{r['gate']}/{r['cause']}")
    return [_candidate(view, row) for row in some]


def _candidate(view: View, row: dict[str, Any]) -> Rejected:
    stored = [_stored(view.current, digest) for digest in row["images"]]
    images = [name for name in stored if name]
    for name in images:
        view.gallery.want(name, Priority.TRAINING)
    texts = {k: str(row[k])[: view.settings.max_text] for k in ("evidence", "question", "target")}
    return {
        "id": row["id"],
        "cell": row["cell"],
        "gate": row["gate"],
        "cause": row["cause"],
        "evidence": texts["evidence"],
        "question": texts["question"],
        "target": texts["target"],
        "images": images,
    }


def _lineage(view: View, pictures: Pictures, sample: TrainingSample) -> Lineage:
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
    _want(view, pictures, shown)
    return {"id": sample.id, "cell": sample.cell, "edits": edits}


def _stored(round_: Round, digest: str) -> str | None:
    """Name of a picture in the run's store; None where it was not kept."""
    names = (f"{digest}.{kind}" for kind in ("png", "jpg", "webp")) if digest.isalnum() else ()
    return next((name for name in names if round_.images.path(name).is_file()), None)


def _want(view: View, pictures: Pictures, names: Iterable[str]) -> None:
    for name in names:
        view.gallery.want(name, Priority.TRAINING, _lookup(pictures, name))


def _lookup(pictures: Pictures, name: str) -> Callable[[], bytes]:
    return lambda: pictures()[name]


PLUGIN: Final[Section] = TrainingSet()
