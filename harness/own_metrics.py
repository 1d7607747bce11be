"""The metrics that each benchmark is known by, over all its samples, with intervals: the numbers to
lay beside published ones.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from blindspot.core.evaluation import Metric
from blindspot.core.records import Prediction, Sample
from blindspot.core.statistics import percentile_interval, wilson
from harness.benchmark import Opened, Scored, mean_score
from harness.rates import interval
from harness.suite import Loaded

_DRAWS: Final = 200
_DIGITS: Final = 6
_WHOLE: Final = (0.0, 1.0)


def own_metrics(
    loaded: Loaded, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> list[Metric]:
    """All metrics, benchmark by benchmark."""
    by_id = {s.id: s for s in samples}
    rows: defaultdict[str, list[Scored]] = defaultdict(list)
    wanted: defaultdict[str, int] = defaultdict(int)
    for p in predictions:
        sample = by_id[p.sample_id]
        wanted[sample.benchmark] += 1
        if p.score is not None:
            rows[sample.benchmark].append(Scored(sample, loaded.docs[sample.id], p.answer, p.score))
    return [
        metric
        for name, opened in loaded.opened.items()
        for metric in _metrics(name, opened, rows[name], wanted[name])
    ]


def _metrics(name: str, opened: Opened, rows: list[Scored], wanted: int) -> list[Metric]:
    coverage = round(len(rows) / wanted, _DIGITS) if wanted else 0.0
    if not rows:
        return [
            Metric(
                benchmark=name, name="accuracy", value=None, interval=_WHOLE, n=0, coverage=coverage
            )
        ]
    values = opened.metrics(rows)
    plain = all(value == mean_score(rows) for value in values.values())
    drawn = {} if plain else _draws(opened, rows)
    return [
        Metric(
            benchmark=name,
            name=metric,
            value=round(value, _DIGITS),
            interval=_rounded(_interval(value, rows, drawn.get(metric))),
            n=len(rows),
            coverage=coverage,
        )
        for metric, value in values.items()
    ]


def _interval(
    value: float, rows: Sequence[Scored], drawn: Sequence[float] | None
) -> tuple[float, float]:
    """As for any rate where the metric is the mean score; else of the bootstrap's draws."""
    if value == mean_score(rows):
        return interval([r.score for r in rows], [r.sample.component for r in rows])
    low, high = percentile_interval(drawn) if drawn else _WHOLE
    if low == high:  # a bootstrap takes what never varies for certain
        clusters = len({r.sample.component for r in rows})
        return wilson(value * clusters, clusters)
    return low, high


def _draws(opened: Opened, rows: Sequence[Scored]) -> dict[str, list[float]]:
    """Each metric on resamples of whole components."""
    clusters: defaultdict[str, list[Scored]] = defaultdict(list)
    for row in rows:
        clusters[row.sample.component].append(row)
    if len(clusters) < 2:
        return {}
    parts, rng = list(clusters.values()), np.random.default_rng(0)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(_DRAWS):
        drawn = [r for i in rng.integers(0, len(parts), len(parts)) for r in parts[i]]
        for metric, value in opened.metrics(drawn).items():
            found[metric].append(value)
    return dict(found)


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], _DIGITS), round(pair[1], _DIGITS)
