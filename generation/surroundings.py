"""What candidates are compared with: the benchmark's samples and earlier training sets.

Each picture is decoded and looked at once, however many samples show it.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.images import ImageStore
from blindspot.core.progress import progress
from blindspot.core.records import TrainingSample
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from generation.gate import ALL_SPLITS, Shown, shown
from generation.likeness import Look, look


def benchmark_of(evaluations: Sequence[Path], images: ImageStore) -> list[Shown]:
    """Every sample of the evaluations, both halves, once."""
    samples = [s for path in evaluations for s in Evaluation(path).samples()]
    unique = {(s.id, s.question, s.images): s for s in samples}.values()
    looks = _looks((n for s in unique for n in s.images), partial(_stored, images))
    return [shown(s, tuple(looks[name] for name in s.images)) for s in unique]


def earlier_of(training_sets: Sequence[Path]) -> list[Shown]:
    """Every sample of earlier training sets, all splits."""
    samples: list[TrainingSample] = []
    pictures: dict[str, bytes] = {}
    for artifact in map(TrainingSetArtifact, training_sets):
        for split in ALL_SPLITS:
            samples += read_split(artifact, split)
            pictures |= read_pictures(artifact, split)
    looks = _looks(pictures, lambda name: Image.open(io.BytesIO(pictures[name])))
    return [_earlier(s, looks) for s in samples]


def _earlier(sample: TrainingSample, looks: Mapping[str, Look]) -> Shown:
    return Shown(
        id=sample.id,
        question=sample.question,
        looks=tuple(looks[name] for name in sample.images),
        target=sample.target,
        options=sample.options,
    )


def _looks(names: Iterable[str], picture: Callable[[str], Image.Image]) -> dict[str, Look]:
    """The look of every named picture."""
    unique = list(dict.fromkeys(names))
    looks: dict[str, Look] = {}
    if not unique:
        return looks
    with (
        progress("Looking at known pictures", len(unique)) as advance,
        ThreadPoolExecutor() as pool,
    ):
        for name, seen in zip(unique, pool.map(lambda n: look(picture(n)), unique), strict=True):
            looks[name] = seen
            advance()
    return looks


def _stored(images: ImageStore, name: str) -> Image.Image:
    try:
        return images.open(name)
    except OSError as error:
        raise DataError(
            f"The benchmark's picture {images.path(name)}",
            f"it cannot be read ({error})",
            "Run the evaluation again; without it nothing can be checked against the benchmark",
        ) from error
