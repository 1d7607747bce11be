"""The metrics that each benchmark is known by, over all its samples, with intervals: the numbers to
lay beside published ones.
"""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np

from blindspot.core.evaluation import Metric
from blindspot.core.records import Prediction
from blindspot.core.spool import Lazy
from blindspot.core.statistics import percentile_interval, wilson
from harness.benchmark import Opened, Scored
from harness.rates import interval
from harness.suite import Loaded

_DRAWS: Final = 200
_DIGITS: Final = 6
_WHOLE: Final = (0.0, 1.0)


class _Graded(Lazy[Scored]):
    """The graded answers to one benchmark, each made when it is looked at."""

    def __init__(self, loaded: Loaded, predictions: Sequence[Prediction], repeats: int) -> None:
        self._loaded, self._predictions, self._repeats = loaded, predictions, repeats
        self._places = array("Q")
        self.wanted = 0
        """All answers there might be."""

    def see(self, place: int, score: float | None) -> None:
        """Take in what came of a place among the predictions."""
        self.wanted += 1
        if score is not None:
            self._places.append(place)

    def __len__(self) -> int:
        return len(self._places)

    def made(self, number: int) -> Scored:
        """The graded answer of a number."""
        place = self._places[number]
        sample, p = self._loaded.samples[place // self._repeats], self._predictions[place]
        assert p.score is not None, "only graded answers have a place"
        return Scored(sample, self._loaded.doc(sample), p.answer, p.score)


def own_metrics(loaded: Loaded, predictions: Sequence[Prediction]) -> list[Metric]:
    """All metrics, benchmark by benchmark. `predictions` are as many of each sample, in order."""
    repeats = len(predictions) // max(1, len(loaded.samples))
    graded = {name: _Graded(loaded, predictions, repeats) for name in loaded.opened}
    todo = enumerate(predictions)
    for sample in loaded.samples:
        for place, p in islice(todo, repeats):
            graded[sample.benchmark].see(place, p.score)
    return [
        metric
        for name, opened in loaded.opened.items()
        for metric in _metrics(name, opened, graded[name])
    ]


def _metrics(name: str, opened: Opened, rows: _Graded) -> list[Metric]:
    coverage = round(len(rows) / rows.wanted, _DIGITS) if rows.wanted else 0.0
    if not rows:
        return [
            Metric(
                benchmark=name, name="accuracy", value=None, interval=_WHOLE, n=0, coverage=coverage
            )
        ]
    values = opened.metrics(rows)
    intervals = _intervals(opened, values, rows)
    return [
        Metric(
            benchmark=name,
            name=metric,
            value=round(value, _DIGITS),
            interval=_rounded(intervals[metric]),
            n=len(rows),
            coverage=coverage,
        )
        for metric, value in values.items()
    ]


def _intervals(
    opened: Opened, values: dict[str, float], rows: Sequence[Scored]
) -> dict[str, tuple[float, float]]:
    """As for any rate where a metric is the mean score; else of the bootstrap's draws, for which
    all answers are held in memory.
    """
    facts = [(r.score, r.sample.component) for r in rows]
    scores, clusters = [score for score, _ in facts], [cluster for _, cluster in facts]
    mean = sum(scores) / len(scores)
    others = [metric for metric, value in values.items() if value != mean]
    drawn = _draws(opened, list(rows)) if others else {}
    usual = interval(scores, clusters) if len(others) < len(values) else _WHOLE
    different = len(set(clusters))
    return {
        metric: _drawn(value, drawn.get(metric), different) if metric in others else usual
        for metric, value in values.items()
    }


def _drawn(value: float, draws: Sequence[float] | None, clusters: int) -> tuple[float, float]:
    low, high = percentile_interval(draws) if draws else _WHOLE
    if low == high:  # a bootstrap takes what never varies for certain
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
