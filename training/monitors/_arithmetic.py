"""Estimates that the monitors share: paired changes over pictures, bounds of a share over cells,
and how much things resemble each other.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blindspot.core.statistics import Z95, wilson
from training.history import Answered

Floats = NDArray[np.float64]
Pair = tuple[Answered, Answered]
"""One sample, then and now."""


@dataclass(frozen=True)
class Mean:
    """A mean, its standard error, and how far that may be trusted."""

    value: float
    error: float
    """0 where there is nothing to estimate it from, with `freedom` 0."""
    freedom: int
    """Clusters less one."""

    @property
    def interval(self) -> tuple[float, float]:
        """95 %."""
        return self.below(0.025), self.above(0.025)

    def below(self, level: float) -> float:
        """The lower bound that errs with chance `level`."""
        return self.value - self._reach(level)

    def above(self, level: float) -> float:
        """The upper bound that errs with chance `level`."""
        return self.value + self._reach(level)

    def _reach(self, level: float) -> float:
        from scipy.stats import t

        return float(t.isf(level, self.freedom)) * self.error if self.freedom else float("inf")


def pairs(then: Iterable[Answered], now: Iterable[Answered]) -> list[Pair]:
    """Samples that one grader graded in both rounds, by id."""
    before = {a.id: a for a in then}
    found = [(before[a.id], a) for a in now if a.id in before]
    return sorted((p for p in found if p[0].grader == p[1].grader), key=lambda p: p[1].id)


def mean(values: ArrayLike, clusters: Sequence[str], weights: ArrayLike | None = None) -> Mean:
    """Weighted mean with the standard error linearised over clusters, what shares a picture."""
    x = np.asarray(values, dtype=float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=float)
    value = float(np.average(x, weights=w))
    residual = np.bincount(_numbers(clusters), w * (x - value)) / w.sum()
    if len(residual) < 2:
        return Mean(value, 0.0, 0)
    spread = len(residual) / (len(residual) - 1) * float((residual**2).sum())
    return Mean(value, spread**0.5, len(residual) - 1)


def rises(changes: ArrayLike, clusters: Sequence[str]) -> float:
    """Exact one-sided p-value that as many clusters rise as fall (sign test). With one sample per
    cluster and answers that are right or wrong it is McNemar's test.
    """
    from scipy.stats import binomtest

    sums = np.bincount(_numbers(clusters), np.asarray(changes, dtype=float))
    up, down = int((sums > 1e-9).sum()), int((sums < -1e-9).sum())
    return float(binomtest(up, up + down, 0.5, "greater").pvalue) if up + down else 1.0


def _numbers(clusters: Sequence[str]) -> NDArray[np.int64]:
    """Numbers from 0 in the order in which clusters first appear."""
    number = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    return np.array([number[name] for name in clusters], dtype=np.int64)


@dataclass(frozen=True)
class Share:
    """A share over cells, and the independent trials that it is worth."""

    value: float
    trials: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, Wilson's."""
        return wilson(self.value * self.trials, self.trials)

    def below(self, level: float) -> float:
        """Clopper and Pearson's lower bound that errs with chance `level`."""
        from scipy.stats import beta

        hits = self.value * self.trials
        return float(beta.ppf(level, hits, self.trials - hits + 1)) if hits > 0 else 0.0

    def above(self, level: float) -> float:
        """The upper bound."""
        return 1 - Share(1 - self.value, self.trials).below(level)


def share(hits: Sequence[float], trials: Sequence[float]) -> Share:
    """A share of trials, at least one in all, that may vary from cell to cell: trials over their
    design effect.
    """
    h, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    value = float(h.sum() / n.sum())
    plain = value * (1 - value) * n.sum()
    cells = int((n > 0).sum())
    if cells < 2 or plain <= 0:
        return Share(value, float(n.sum()))
    together = cells / (cells - 1) * float(((h - value * n) ** 2).sum())
    return Share(value, float(n.sum()) / max(1.0, together / plain))


def alike(features: Sequence[Iterable[Hashable]]) -> Floats:
    """How much each thing resembles the others, shape (n,), n ≥ 2: the mean cosine between its set
    of features and theirs. With one feature each: the share of the others that are equal.
    """
    sets = [frozenset(f) for f in features]
    lengths = [len(s) ** 0.5 or 1.0 for s in sets]
    total: Counter[Hashable] = Counter()
    for own, length in zip(sets, lengths, strict=True):
        for feature in own:
            total[feature] += 1 / length  # pyright: ignore[reportArgumentType]
    both = [sum(total[f] for f in s) / n for s, n in zip(sets, lengths, strict=True)]
    own = np.array([bool(s) for s in sets], dtype=float)
    return np.maximum(0.0, (np.array(both) - own) / (len(sets) - 1))


def pairs_variance(value: float, n: int) -> float:
    """At most so much of the variance of a mean over pairs comes from the pairs themselves, when
    n things were drawn: 2/(n(n−1)) of v(1−v), with one pair more of each kind so that it is never
    0.
    """
    count = n * (n - 1) / 2
    rate = (value * count + 1) / (count + 2)
    return rate * (1 - rate) / count


def likeness(features: Sequence[Iterable[Hashable]]) -> tuple[float, float]:
    """Mean resemblance over pairs of things that were drawn independently, and its variance
    (Hoeffding 1948: 4/n of the variance of each one's own mean, and that of the pairs).
    """
    own = alike(features)
    value, n = float(own.mean()), len(own)
    return value, 4 * float(own.var(ddof=1)) / n + pairs_variance(value, n)


def normal_p(value: float, variance: float) -> float:
    """One-sided p-value of a normal figure."""
    from scipy.stats import norm

    return float(norm.sf(value / variance**0.5))


def around(value: float, variance: float) -> tuple[float, float]:
    """95 % interval of a normal figure."""
    return value - Z95 * variance**0.5, value + Z95 * variance**0.5


def by_benchmark(rows: Sequence[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """Pairs of one benchmark and answer kind each, by name."""
    found: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in rows:
        found[pair[1].benchmark, pair[1].kind].append(pair)
    return dict(sorted(found.items()))
