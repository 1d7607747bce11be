"""From predictions to rates with intervals. Failures stand outside every rate."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from blindspot.core.evaluation import Judged, Metric, Metrics, Rate
from blindspot.core.records import Half, Prediction, Sample
from blindspot.core.statistics import (
    bootstrap_means,
    cluster_bootstrap,
    percentile_interval,
    wilson,
)

HALVES: tuple[Half, ...] = ("diagnosis", "held_out")
OVERALL = "overall"

_DIGITS = 6


class _Row(NamedTuple):
    """What rates need of a sample."""

    benchmark: str
    category: str
    half: Half
    cluster: str
    failures: int
    score: float | None
    """The mean over its answered repeats, or None."""


def metrics(
    samples: Sequence[Sample],
    predictions: Sequence[Prediction],
    model: str,
    graders: dict[str, str],
    own: Sequence[Metric] = (),
    judged: Sequence[Judged] = (),
) -> Metrics:
    """All rates of an evaluation; a sample's component is its cluster."""
    table = _Table(samples, predictions)
    failures = Counter(p.failure.kind for p in predictions if p.failure)
    answered = len(predictions) - failures.total()
    return Metrics(
        graders=graders,
        model=model,
        overall=tuple(table.overall(half) for half in HALVES),
        benchmarks=table.rates("benchmark"),
        categories=table.rates("category"),
        own=tuple(own),
        judged=tuple(judged),
        failures=dict(sorted(failures.items())),
        coverage=round(answered / len(predictions), _DIGITS) if predictions else 0.0,
    )


class _Table:
    """One row per sample."""

    def __init__(self, samples: Sequence[Sample], predictions: Sequence[Prediction]) -> None:
        scores: defaultdict[str, list[float]] = defaultdict(list)
        failed: Counter[str] = Counter()
        for p in predictions:
            if p.score is None:
                failed[p.sample_id] += 1
            else:
                scores[p.sample_id].append(p.score)
        self._rows = [_row(s, failed[s.id], scores.get(s.id, ())) for s in samples]

    def rates(self, column: Literal["benchmark", "category"]) -> tuple[Rate, ...]:
        """One rate per name in a column and half, by name."""
        rows: defaultdict[str, list[_Row]] = defaultdict(list)
        for row in self._rows:
            rows[getattr(row, column)].append(row)
        return tuple(self._rate(name, half, rows[name]) for name in sorted(rows) for half in HALVES)

    def overall(self, half: Half) -> Rate:
        """The mean over benchmarks, with a bootstrap inside each."""
        parts = [r for r in self.rates("benchmark") if r.half == half]
        answered = [r for r in parts if r.rate is not None]
        if len(answered) == 1:
            rate, interval = answered[0].rate, answered[0].interval
        elif answered:
            rate = round(float(np.mean([r.rate for r in answered if r.rate is not None])), _DIGITS)
            interval = _rounded(percentile_interval(self._draws(half, [r.name for r in answered])))
        else:
            rate, interval = None, (0.0, 1.0)
        return Rate(
            name=OVERALL,
            half=half,
            n=sum(r.n for r in parts),
            failures=sum(r.failures for r in parts),
            rate=rate,
            interval=interval,
        )

    def _draws(self, half: Half, benchmarks: Iterable[str]) -> np.ndarray:
        draws = []
        for seed, name in enumerate(sorted(benchmarks)):
            rows = [r for r in self._rows if (r.benchmark, r.half) == (name, half)]
            draws.append(bootstrap_means(*_answered(rows), seed=seed))
        return np.mean(draws, axis=0)

    def _rate(self, name: str, half: Half, rows: Sequence[_Row]) -> Rate:
        mine = [r for r in rows if r.half == half]
        values, clusters = _answered(mine)
        return Rate(
            name=name,
            half=half,
            n=len(values),
            failures=sum(r.failures for r in mine),
            rate=round(float(np.mean(values)), _DIGITS) if values else None,
            interval=_rounded(interval(values, clusters)),
        )


def _row(sample: Sample, failures: int, scores: Sequence[float]) -> _Row:
    """Names that many samples share are kept once."""
    names = sys.intern(sample.benchmark), sys.intern(sample.category)
    score = float(np.mean(scores)) if scores else None
    return _Row(*names, sample.half, sample.component, failures, score)


def _answered(rows: Iterable[_Row]) -> tuple[list[float], list[str]]:
    """Scores and clusters of those that have a score."""
    found = [(r.score, r.cluster) for r in rows if r.score is not None]
    return [score for score, _ in found], [cluster for _, cluster in found]


def interval(values: list[float], clusters: list[str]) -> tuple[float, float]:
    """95 %: Wilson where every cluster appears once, otherwise a bootstrap over clusters; where all
    values are the same, which a bootstrap takes for certain, Wilson over the clusters.
    """
    if len(set(clusters)) == len(clusters):
        return wilson(sum(values), len(values))
    if len(set(values)) == 1:
        return wilson(values[0] * len(set(clusters)), len(set(clusters)))
    return cluster_bootstrap(values, clusters)


def _rounded(interval: tuple[float, float]) -> tuple[float, float]:
    return round(interval[0], _DIGITS), round(interval[1], _DIGITS)
