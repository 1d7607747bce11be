"""What changed since earlier rounds, paired by sample, on both halves.

The overall change is the mean over benchmarks. Intervals come from a bootstrap over pictures, and
are no shorter than Tango's score interval; of a single picture nothing can be
resampled and the interval is the whole range. Whether a category
was strong is what the *first* round's diagnosis said, so that slow forgetting over many rounds is
held against where it began. What a row could have shown is for as many independent pairs as its
own are worth, where as many turn as did (`power.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from blindspot.core.diagnosis import Change, Changes
from blindspot.core.errors import DataError
from blindspot.core.outcomes import PASSED
from blindspot.core.progress import progress
from blindspot.core.records import Half, Prediction, Sample
from blindspot.core.statistics import benjamini_hochberg, cluster_bootstrap, mcnemar, no_shorter
from diagnostics.answers import Floats, cluster_of, scores_by_sample
from diagnostics.changes.power import detectable, independent

MARGIN = 0.05
"""A strong category may lose less than this."""
HALVES: tuple[Half, ...] = ("diagnosis", "held_out")


@dataclass(frozen=True)
class Answered:
    """One round's evaluation."""

    round: int
    samples: Sequence[Sample]
    predictions: Sequence[Prediction]


@dataclass(frozen=True)
class Pair:
    """One sample answered in both rounds."""

    sample: Sample
    before: float
    after: float

    @property
    def won(self) -> bool:
        return self.before < PASSED <= self.after

    @property
    def lost(self) -> bool:
        return self.after < PASSED <= self.before


@dataclass(frozen=True)
class Measured:
    """What pairs say together; named as in `Change`."""

    before: float
    after: float
    change: float
    interval: tuple[float, float]
    won: int
    lost: int
    p: float


def changes(now: Answered, earlier: Sequence[Answered], strong: set[str], seed: int) -> Changes:
    """This round against the first and the one before. Raises DataError where rounds cannot be
    paired.
    """
    since = [earlier[0], *([earlier[-1]] if len(earlier) > 1 else [])]
    paired = [(old.round, pairs(old, now)) for old in since]
    work: list[tuple[int, Half, list[Pair]]] = [
        (number, half, rows) for number, both in paired for half, rows in _halves(both)
    ]
    found: list[Change] = []
    with progress("Comparing with earlier rounds", len(work)) as advance:
        for number, half, rows in work:
            found += half_changes(rows, half, number, strong, seed)
            advance()
    return Changes(round=now.round, margin=MARGIN, rows=tuple(found), flips=flips(paired[-1][1]))


def pairs(old: Answered, now: Answered) -> list[Pair]:
    """Samples answered in both, by id."""
    before, after = scores_by_sample(old.predictions), scores_by_sample(now.predictions)
    _check(old, now)
    found = [
        Pair(s, float(np.mean(before[s.id])), float(np.mean(after[s.id])))
        for s in sorted(now.samples, key=lambda s: s.id)
        if s.id in before and s.id in after
    ]
    if not found:
        raise DataError(
            f"Comparing with round {old.round}",
            "no sample was answered in both rounds",
            "Compare evaluations of the same suite",
        )
    return found


def half_changes(
    rows: Sequence[Pair], half: Half, since: int, strong: set[str], seed: int
) -> list[Change]:
    """The overall row, then the categories by name, adjusted among themselves."""
    by_category: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in rows:
        by_category[pair.sample.category].append(pair)
    overall = change("overall", rows, half, since, strong=False, seed=seed)
    each = [
        change(name, by_category[name], half, since, strong=name in strong, seed=seed)
        for name in sorted(by_category)
    ]
    adjusted = benjamini_hochberg([c.p for c in each])
    return [
        overall,
        *(
            c.model_copy(update={"p_adjusted": float(p)})
            for c, p in zip(each, adjusted, strict=True)
        ),
    ]


def change(
    name: str, rows: Sequence[Pair], half: Half, since: int, *, strong: bool, seed: int
) -> Change:
    """One row; a mean over benchmarks where there are several."""
    found = measured(rows, seed)
    return Change(
        name=name,
        half=half,
        since=since,
        n=len(rows),
        before=found.before,
        after=found.after,
        change=found.change,
        interval=found.interval,
        won=found.won,
        lost=found.lost,
        p=found.p,
        p_adjusted=found.p,
        strong=strong,
        non_inferior=found.interval[0] > -MARGIN if strong else None,
        detectable=_detectable(rows),
    )


def measured(rows: Sequence[Pair], seed: int) -> Measured:
    """The paired change of these samples, at least one; a mean over benchmarks."""
    before, after, weight = _columns(rows)
    won, lost = sum(p.won for p in rows), sum(p.lost for p in rows)
    changes, pictures = weight * (after - before), [cluster_of(p.sample) for p in rows]
    drawn = cluster_bootstrap(changes, pictures, seed=seed, domain=(-1.0, 1.0))
    change = float(np.mean(changes))
    return Measured(
        before=float(np.mean(weight * before)),
        after=float(np.mean(weight * after)),
        change=change,
        interval=no_shorter(drawn, change, _tables(rows)),
        won=won,
        lost=lost,
        p=mcnemar(lost, won),
    )


def _tables(rows: Sequence[Pair]) -> list[tuple[int, int, int]]:
    """Lost, won and all of each benchmark."""
    by_benchmark: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in rows:
        by_benchmark[pair.sample.benchmark].append(pair)
    return [
        (sum(p.lost for p in own), sum(p.won for p in own), len(own))
        for own in by_benchmark.values()
    ]


def flips(rows: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
    """Ids of the diagnosis half that went right and wrong."""
    own = [p for p in rows if p.sample.half == "diagnosis"]
    return {
        "won": tuple(p.sample.id for p in own if p.won),
        "lost": tuple(p.sample.id for p in own if p.lost),
    }


def _columns(rows: Sequence[Pair]) -> tuple[Floats, Floats, Floats]:
    """Scores before and after, and weights whose plain mean is the mean over benchmarks."""
    before, after = np.array([p.before for p in rows]), np.array([p.after for p in rows])
    return before, after, _benchmark_weights([p.sample.benchmark for p in rows])


def _detectable(rows: Sequence[Pair]) -> float | None:
    before, after, weight = _columns(rows)
    worth = independent(after - before, weight, [cluster_of(p.sample) for p in rows])
    turned = np.array([p.won or p.lost for p in rows], dtype=float)
    return detectable(worth, float(np.mean(weight * turned))) if worth else None


def _halves(rows: Sequence[Pair]) -> list[tuple[Half, list[Pair]]]:
    split: list[tuple[Half, list[Pair]]] = [
        (half, [p for p in rows if p.sample.half == half]) for half in HALVES
    ]
    return [(half, found) for half, found in split if found]


def _benchmark_weights(benchmarks: Sequence[str]) -> Floats:
    """Weights whose plain mean is the mean over benchmarks; all 1 with one benchmark."""
    names, number = np.unique(np.array(benchmarks), return_inverse=True)
    sizes = np.bincount(number)
    return len(benchmarks) / (len(names) * sizes[number])


def _check(old: Answered, now: Answered) -> None:
    """Raise DataError for a sample that was graded by another grader or changed its half."""
    graders, halves = _graders(old.predictions), {s.id: s.half for s in old.samples}
    for sample_id, grader in sorted(_graders(now.predictions).items()):
        if graders.get(sample_id, grader) != grader:
            raise DataError(
                f"Comparing with round {old.round}",
                f"it was graded by {graders[sample_id]}, this round by {grader}",
                "Grade both by one: blindspot evaluate --regrade",
            )
    for sample in sorted(now.samples, key=lambda s: s.id):
        if halves.get(sample.id, sample.half) != sample.half:
            raise DataError(
                f"Comparing with round {old.round}",
                f"the sample '{sample.id}' was in the {halves[sample.id]} half there",
                "Use one split for all rounds",
            )


def _graders(predictions: Iterable[Prediction]) -> Mapping[str, str]:
    return {p.sample_id: p.grader for p in predictions if p.score is not None}
