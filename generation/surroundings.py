"""What candidates are compared with: the benchmark's samples and earlier training sets.

Each picture is decoded and looked at once, however many samples and rounds show it.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from blindspot.core.evaluation import Evaluation
from blindspot.core.images import ImageStore
from blindspot.core.records import TrainingSample
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from generation.gate import ALL_SPLITS, Shown, shown
from generation.likeness import Look
from generation.looks import Looks, opened

_WAY_OUT: Final = (
    "Run the evaluation again; without it nothing can be checked against the benchmark"
)


def benchmark_of(evaluations: Sequence[Path], images: ImageStore) -> list[Shown]:
    """Every sample of the evaluations, both halves, once."""
    samples = [s for path in evaluations for s in Evaluation(path).samples()]
    unique = {(s.id, s.question, s.images): s for s in samples}.values()
    names = (name for s in unique for name in s.images)
    looks = Looks(images).of(names, lambda name: opened(images, name, "benchmark", _WAY_OUT))
    return [shown(s, tuple(looks[name] for name in s.images)) for s in unique]


def earlier_of(training_sets: Sequence[Path], images: ImageStore) -> list[Shown]:
    """Every sample of earlier training sets of the run with these images, all splits."""
    known, looks = Looks(images), dict[str, Look]()
    samples: list[TrainingSample] = []
    for artifact in map(TrainingSetArtifact, training_sets):
        for split in ALL_SPLITS:
            samples += read_split(artifact, split)
            looks |= _looks(known, read_pictures(artifact, split))
    return [shown(s, tuple(looks[name] for name in s.images)) for s in samples]


def _looks(known: Looks, pictures: Mapping[str, bytes]) -> dict[str, Look]:
    return known.of(pictures, lambda name: Image.open(io.BytesIO(pictures[name])))
