"""The answered samples of one half as plain arrays, in the order of their ids.

The unit is the sample: its score is the mean over its scored repeats. A sample without any score
is left out and counted by cause; it is never a wrong answer. The exact test needs yes or no: a
sample counts as passed from a score of .5 up.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.outcomes import PASSED
from blindspot.core.records import Completion, Half, Prediction, Sample
from diagnostics.labelling.labelled import UNMAPPED, Category, Labelled

NOTHING_KEPT = Completion(text="")
"""Of an answer that nobody reads again."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """Answered samples of one half; all arrays run along `samples`."""

    samples: tuple[Sample, ...]
    """By id; capability and image type are those of the heaviest label."""
    categories: tuple[dict[Category, float], ...]
    """The categories of each sample with their weights, which sum to 1."""
    scores: Floats
    """Mean over the scored repeats."""
    repeats: Ints
    """Scored repeats."""
    benchmark: Ints
    """Number of the benchmark, 0 … benchmarks − 1."""
    cluster: Ints
    """Number of what it shares a picture or group with."""
    excluded: dict[str, int]
    """Samples left out, by cause; `unmapped` ones are counted here and still analysed."""
    coverage: dict[Category, float]
    """Share of every category in the half, answered or not; mean over benchmarks."""

    @property
    def passed(self) -> Floats:
        """1 where the score is at least .5, else 0."""
        return (self.scores >= PASSED).astype(float)

    @property
    def weights(self) -> Floats:
        """What each sample counts for in a mean over benchmarks; sums to 1."""
        sizes = np.bincount(self.benchmark)
        return 1 / (len(sizes) * sizes[self.benchmark])

    @cached_property
    def rows(self) -> dict[str, list[int]]:
        """Positions of the samples of each category, by its name."""
        found: dict[str, list[int]] = {}
        for i, sample in enumerate(self.samples):
            found.setdefault(sample.category, []).append(i)
        return found

    @property
    def clustered(self) -> bool:
        """Whether some samples share a picture or group."""
        return int(self.cluster.max(initial=-1)) + 1 < len(self.samples)


def read(evaluation: Evaluation, own: Container[str] = ()) -> list[Prediction]:
    """All predictions, of both halves. What was said is kept of the wrong answers of `own` samples
    alone, which is all that attributors read: answers can be long and many.
    """
    return [
        p if p.completion is None or (_wrong(p) and p.sample_id in own) else _unsaid(p)
        for p in evaluation.scan_predictions()
    ]


def _wrong(prediction: Prediction) -> bool:
    return prediction.score is not None and prediction.score < PASSED


def _unsaid(prediction: Prediction) -> Prediction:
    return prediction.model_copy(update={"completion": NOTHING_KEPT})


def answers_of(labelled: Labelled, predictions: Sequence[Prediction], half: Half) -> Answers:
    """The answered samples of one half. Raises DataError for predictions that cannot be set
    against each other.
    """
    chosen = sorted((s for s in labelled.samples if s.half == half), key=lambda s: s.id)
    check_graders(labelled.samples, predictions)
    scores = scores_by_sample(predictions)
    answered = tuple(s for s in chosen if s.id in scores)
    return Answers(
        samples=answered,
        categories=tuple(labelled.categories(s) for s in answered),
        scores=np.array([np.mean(scores[s.id]) for s in answered], dtype=float),
        repeats=np.array([len(scores[s.id]) for s in answered], dtype=np.int64),
        benchmark=_numbers(s.benchmark for s in answered),
        cluster=_numbers(cluster_of(s) for s in answered),
        excluded=_excluded(chosen, scores, predictions),
        coverage=_coverage(chosen, labelled),
    )


def scores_by_sample(predictions: Iterable[Prediction]) -> dict[str, list[float]]:
    """Scores of the repeats that have one, per sample, in the order of the repeats."""
    found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for prediction in predictions:
        if prediction.score is not None:
            found[prediction.sample_id].append((prediction.repeat, prediction.score))
    return {key: [score for _, score in sorted(rows)] for key, rows in found.items()}


def cluster_of(sample: Sample) -> str:
    """What samples are clustered by: what shares a picture or group with them; before a split, the
    first image, or the sample itself without one.
    """
    return sample.component or (sample.images[0] if sample.images else f"sample {sample.id}")


def check_graders(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> None:
    """Raise DataError for a prediction of no sample, or two graders within one benchmark."""
    benchmark_of = {s.id: s.benchmark for s in samples}
    graders: defaultdict[str, set[str]] = defaultdict(set)
    for prediction in predictions:
        if prediction.sample_id not in benchmark_of:
            raise DataError(
                "The evaluation",
                f"it has a prediction for '{prediction.sample_id}', which is no sample of it",
                "Run the evaluation again",
            )
        if prediction.score is not None:
            graders[benchmark_of[prediction.sample_id]].add(prediction.grader)
    for benchmark, found in sorted(graders.items()):
        if len(found) > 1:
            raise DataError(
                f"The predictions of {benchmark}",
                f"they were scored by different graders ({', '.join(sorted(found))})",
                "Grade them all by one: blindspot evaluate --regrade",
            )


def _numbers(names: Iterable[str]) -> Ints:
    """0, 1, 2 … per distinct name, in the order of the names."""
    listed = list(names)
    number = {name: i for i, name in enumerate(sorted(set(listed)))}
    return np.array([number[name] for name in listed], dtype=np.int64)


def _excluded(
    chosen: Sequence[Sample], scores: Mapping[str, object], predictions: Sequence[Prediction]
) -> dict[str, int]:
    """Samples without a score by the failure of their first repeat, and unmapped ones."""
    kinds: dict[str, str] = {}
    for prediction in sorted(predictions, key=lambda p: p.repeat, reverse=True):
        if prediction.failure is not None:
            kinds[prediction.sample_id] = prediction.failure.kind
    causes = Counter(kinds.get(s.id, "never asked") for s in chosen if s.id not in scores)
    causes[UNMAPPED] = sum(s.capability == UNMAPPED for s in chosen if s.id in scores)
    return {cause: count for cause, count in sorted(causes.items()) if count}


def _coverage(chosen: Sequence[Sample], labelled: Labelled) -> dict[Category, float]:
    sizes = Counter(s.benchmark for s in chosen)
    total: defaultdict[Category, float] = defaultdict(float)
    for sample in chosen:
        share = 1 / (len(sizes) * sizes[sample.benchmark])
        for category, weight in labelled.categories(sample).items():
            total[category] += weight * share
    return dict(sorted(total.items()))
