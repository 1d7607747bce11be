"""From predictions to rates with intervals. Failures stand outside every rate."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

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

_Row = tuple[Sample, str, float | None]
"""A sample, its cluster, its mean score."""
_DIGITS = 6


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
        benchmarks=table.rates(lambda s: s.benchmark),
        categories=table.rates(lambda s: s.category),
        own=tuple(own),
        judged=tuple(judged),
        failures=dict(sorted(failures.items())),
        coverage=round(answered / len(predictions), _DIGITS) if predictions else 0.0,
    )


class _Table:
    """Each sample's mean score over its answered repeats, or None."""

    def __init__(self, samples: Sequence[Sample], predictions: Sequence[Prediction]) -> None:
        scores: dict[str, list[float]] = defaultdict(list)
        self._failed: Counter[str] = Counter()
        for p in predictions:
            if p.score is None:
                self._failed[p.sample_id] += 1
            else:
                scores[p.sample_id].append(p.score)
        self._rows = [
            (s, s.component, float(np.mean(scores[s.id])) if scores[s.id] else None)
            for s in samples
        ]

    def rates(self, name_of: Callable[[Sample], str]) -> tuple[Rate, ...]:
        """One rate per name and half, by name."""
        names = sorted({name_of(s) for s, _, _ in self._rows})
        return tuple(
            self._rate(name, half, [r for r in self._rows if name_of(r[0]) == name])
            for name in names
            for half in HALVES
        )

    def overall(self, half: Half) -> Rate:
        """The mean over benchmarks, with a bootstrap inside each."""
        parts = [r for r in self.rates(lambda s: s.benchmark) if r.half == half]
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
            rows = [
                (c, x)
                for s, c, x in self._rows
                if s.benchmark == name and s.half == half and x is not None
            ]
            draws.append(bootstrap_means([x for _, x in rows], [c for c, _ in rows], seed=seed))
        return np.mean(draws, axis=0)

    def _rate(self, name: str, half: Half, rows: Sequence[_Row]) -> Rate:
        mine = [r for r in rows if r[0].half == half]
        values = [x for _, _, x in mine if x is not None]
        clusters = [c for _, c, x in mine if x is not None]
        return Rate(
            name=name,
            half=half,
            n=len(values),
            failures=sum(self._failed[s.id] for s, _, _ in mine),
            rate=round(float(np.mean(values)), _DIGITS) if values else None,
            interval=_rounded(interval(values, clusters)),
        )


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
