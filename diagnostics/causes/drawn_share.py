"""The share of all failed samples that a drawn part of them tells, with its interval.

    strata of 300 and 100, one in ten drawn; 15 of 30 and 1 of 10 turned right
    share = (300 · .5 + 100 · .1) / 400 = .40, interval (.26 … .55)

The mean of each stratum counts by the failed samples in it. What has no value (a request without an
answer) is left out, and the others of its stratum stand for it. Strata of which fewer than two have
a value are joined, with the largest where they are too few together.

The interval is Wilson's with the effective number of samples (Franco et al. 2019 found it best for
shares): p(1−p) over the stratified variance, in which samples that share a picture or group count
as one unit; never more than Kish's (Σw)²/Σw², as the variance of a few answers may be 0 by chance.
It is about samples like these, so it does not close when all failed samples are drawn; for the
failed samples at hand alone it is too wide.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blindspot.core.statistics import wilson
from diagnostics.answers import Floats, cluster_of
from diagnostics.causes.drawing import Drawn

_FEWEST: Final = 2
"""Values that a variance needs."""
_JOINED: Final = "joined"


@dataclass(frozen=True)
class _Stratum:
    """What is known of one stratum, or of several joined."""

    values: Floats
    weights: Floats
    """Failed samples that each value stands for."""
    clusters: tuple[str, ...]
    """Picture or group of each."""

    @property
    def deviations(self) -> Floats:
        """What each value adds to the total beyond its mean, times √(n/(n−1))."""
        n, mean = len(self.values), np.average(self.values, weights=self.weights)
        return self.weights * (self.values - mean) * np.sqrt(n / max(n - 1, 1))


def share(
    drawn: Sequence[Drawn], values: Mapping[str, float]
) -> tuple[float | None, tuple[float, float]]:
    """Mean over all failed samples of a value in [0, 1], and its 95 % interval; `values` by sample
    id, of those that were answered. (None, (0, 1)) where none was.
    """
    if not any(d.failed.sample.id in values for d in drawn):
        return None, (0.0, 1.0)
    strata = _strata(drawn, values)
    weights = np.concatenate([s.weights for s in strata])
    mean = float(np.average(np.concatenate([s.values for s in strata]), weights=weights))
    kish = float(weights.sum() ** 2 / (weights @ weights))
    variance = _variance(strata) / weights.sum() ** 2
    n = min(kish, mean * (1 - mean) / variance) if variance > 0 else kish
    return mean, wilson(mean * n, n)


def _strata(drawn: Sequence[Drawn], values: Mapping[str, float]) -> list[_Stratum]:
    """The values by stratum, by name."""
    parts: defaultdict[str, list[Drawn]] = defaultdict(list)
    joined = _joined(drawn, values)
    for each in sorted(drawn, key=lambda d: d.failed.sample.id):
        parts[_JOINED if each.stratum in joined else each.stratum].append(each)
    return [_stratum(part, values) for _, part in sorted(parts.items())]


def _joined(drawn: Sequence[Drawn], values: Mapping[str, float]) -> frozenset[str]:
    """The strata with too few values to stand alone, and one more where they are too few
    together.
    """
    answered = Counter(d.stratum for d in drawn if d.failed.sample.id in values)
    small = {d.stratum for d in drawn if answered[d.stratum] < _FEWEST}
    if small and sum(answered[s] for s in small) < _FEWEST:
        alone = sorted(set(answered) - small, key=lambda s: (-answered[s], s))
        small.update(alone[:1])
    return frozenset(small)


def _stratum(part: Sequence[Drawn], values: Mapping[str, float]) -> _Stratum:
    """The values of it; those without one are stood for, first within their own stratum."""
    known = [d for d in part if d.failed.sample.id in values]
    answered = Counter(d.stratum for d in known)
    size: defaultdict[str, float] = defaultdict(float)
    for each in part:
        size[each.stratum] += each.weight
    weights = np.array([size[d.stratum] / answered[d.stratum] for d in known])
    return _Stratum(
        values=np.array([values[d.failed.sample.id] for d in known], dtype=float),
        weights=weights * (sum(d.weight for d in part) / weights.sum()),
        clusters=tuple(cluster_of(d.failed.sample) for d in known),
    )


def _variance(strata: Sequence[_Stratum]) -> float:
    """Of the weighted total, samples of one cluster taken together."""
    of_cluster: defaultdict[str, float] = defaultdict(float)
    for stratum in strata:
        for cluster, deviation in zip(stratum.clusters, stratum.deviations.tolist(), strict=True):
            of_cluster[cluster] += deviation
    return sum(d * d for d in of_cluster.values())
