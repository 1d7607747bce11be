"""What people said on the audit page, and what follows for the training set.

    id,label                          exported by the page's button
    train/counting/photo/3,right
    train/ocr/document/8/2,unsure

    admitted 45 right of 47: precision 95.7 % [85.8, 98.8], 2 unsure
    agreement  1 right of 6: it rejected these though they are right

*Right* means that a candidate is worth training on as it stands. *Unsure* counts neither way; the
interval is Wilson's. Rates of single gates are of few candidates: they say where to look.
"""

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

from blindspot.core.errors import DataError
from blindspot.core.records import Record
from blindspot.core.statistics import wilson
from blindspot.core.training_set import TrainingSetArtifact
from generation.sampling import Pool

LABELS: Final = ("right", "wrong", "unsure")


class Judged(Record):
    """What people found in one part of a sample."""

    right: int
    """Worth training on."""
    wrong: int
    """Not."""
    unsure: int
    """Neither."""
    rate: float | None
    """right / (right + wrong); None where nothing was decided."""
    interval: tuple[float, float]
    """95 % Wilson interval of the rate."""


class Audited(Record):
    """What an audit says."""

    admitted: Judged
    """Of what is in the training set: its precision."""
    rejected: dict[str, Judged]
    """By the gate that rejected: what it should have let in."""
    unknown: int
    """Labels of candidates that this training set does not have."""


def audited(training_set: TrainingSetArtifact, labels: Path) -> Audited:
    """What people's labels say of a training set. Raises DataError for a file that is no such form,
    or none of whose labels belong to it.
    """
    said = read(labels)
    pool = Pool.of(training_set)
    admitted = {s.id for s in pool.admitted}
    gates = {r.id: r.gate for r in pool.rejected}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for id_, label in said.items():
        found["" if id_ in admitted else gates.get(id_, "?")][label] += 1
    unknown = found.pop("?", Counter()).total()
    if said and unknown == len(said):
        raise DataError(
            f"The labels {labels}",
            f"none of its {unknown} candidates is in {training_set.path}",
            "Give the labels of this training set's own audit page",
        )
    own = found.pop("", Counter())
    rejected = {gate: _judged(found[gate]) for gate in sorted(found)}
    return Audited(admitted=_judged(own), rejected=rejected, unknown=unknown)


def read(path: Path) -> dict[str, str]:
    """The labels by id; candidates without one are left out. Raises DataError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"id", "label"} <= set(reader.fieldnames or ()):
                raise _unreadable(path, "it has no columns 'id' and 'label'")
            rows = [(row["id"], (row["label"] or "").strip()) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, str(error)) from error
    for number, (_, label) in enumerate(rows, 2):
        if label and label not in LABELS:
            raise _unreadable(path, f"line {number}: '{label}' is none of {', '.join(LABELS)}")
    return {id_: label for id_, label in rows if label}


def _judged(labels: Counter[str]) -> Judged:
    right, wrong = labels["right"], labels["wrong"]
    decided = right + wrong
    return Judged(
        right=right,
        wrong=wrong,
        unsure=labels["unsure"],
        rate=right / decided if decided else None,
        interval=wilson(right, decided),
    )


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        f"The labels {path}", why, "Export them with the button on the audit page and try again"
    )
