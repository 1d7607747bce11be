"""How diverse a training set is, on plain figures that need no model.

of(training_set)  →  Diversity(cells=18.2, questions=0.03, words=0.71, pictures=0.24)
"""

import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from blindspot.core.records import TrainingSample
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split

_SIDE: Final = 16
"""Pictures are compared at so many pixels a side."""


@dataclass(frozen=True)
class Diversity:
    """Of the training split."""

    cells: float
    """Effective number of cells: exp of the entropy of their shares."""
    questions: float
    """Share of questions that differ in wording."""
    asked: float
    """Share of samples that differ in question, target or content of the picture."""
    pictures: float
    """Mean distance of two pictures of one cell at 16 × 16 pixels: root mean square over channels,
    0 to 1, cells weighted by their samples.
    """


def of(artifact: TrainingSetArtifact) -> Diversity:
    """The diversity of a published training set."""
    samples, pictures = read_split(artifact, "train"), read_pictures(artifact, "train")
    small = [_thumbnail(pictures[s.images[0]]) for s in samples]
    return Diversity(
        cells=effective([s.cell for s in samples]),
        questions=_distinct(s.question for s in samples),
        asked=_distinct((s.question, s.target, s.content) for s in samples),
        pictures=_apart(samples, small),
    )


def effective(names: Sequence[str]) -> float:
    """Effective number of different names.

    >>> effective(["a", "a", "b", "b"])
    2.0
    """
    shares = [count / len(names) for count in Counter(names).values()]
    return round(math.exp(-sum(p * math.log(p) for p in shares)), 9)


def spread(pictures: Sequence[np.ndarray]) -> float:
    """Mean over pairs of the root mean square difference of two arrays of equal shape."""
    flat = np.stack([p.ravel() for p in pictures])
    norms, count = (flat**2).sum(axis=1), len(flat)
    squares = norms[:, None] + norms[None, :] - 2 * flat @ flat.T
    np.fill_diagonal(squares, 0)
    return float(np.sqrt(np.maximum(squares, 0) / flat.shape[1]).sum() / (count * (count - 1)))


def _apart(samples: Sequence[TrainingSample], pictures: Sequence[np.ndarray]) -> float:
    by_cell: dict[str, list[np.ndarray]] = {}
    for sample, picture in zip(samples, pictures, strict=True):
        by_cell.setdefault(sample.cell, []).append(picture)
    pairs = [(len(own), spread(own)) for own in by_cell.values() if len(own) > 1]
    total = sum(size for size, _ in pairs)
    return sum(size * distance for size, distance in pairs) / total if total else 0.0


def _distinct(values: Iterable[object]) -> float:
    listed = list(values)
    return len(set(listed)) / len(listed)


def _thumbnail(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB").resize((_SIDE, _SIDE)), np.float32) / 255
