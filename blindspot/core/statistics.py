"""Intervals and tests on plain numbers, for every stage that states a rate.

Wilson (1927) for one rate, exact McNemar and Tango's (1998) score interval for paired answers,
Benjamini & Hochberg (1995) for many tests, a bootstrap over clusters for means of samples that
share images.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054
Z95_ONE_SIDED = 1.6448536269514722


def wilson(passed: float, n: float) -> tuple[float, float]:
    """95 % Wilson interval of `passed` out of `n`, which may be effective numbers; (0, 1) for no
    samples.
    """
    if n == 0:
        return 0.0, 1.0
    rate, z2 = passed / n, Z95**2
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * np.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if passed <= 0 else max(0.0, float(centre - half))  # 0 and 1 without rounding
    return low, 1.0 if passed >= n else min(1.0, float(centre + half))


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values, in the order given."""
    p = np.asarray(p_values, dtype=float)
    if p.size == 0:
        return p
    order = np.argsort(p, kind="stable")
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted


def mcnemar(lost: int, won: int) -> float:
    """Exact two-sided p-value that right→wrong (`lost`) and wrong→right (`won`) are equally
    likely.
    """
    from scipy.stats import binomtest

    return 1.0 if lost + won == 0 else float(binomtest(won, lost + won, 0.5).pvalue)


def paired_lower(lost: int, won: int, n: int) -> float:
    """One-sided 95 % lower bound of the change (won − lost) / n of `n` paired answers, in [-1, 1]:
    Tango's score bound (Statistics in Medicine 17, 1998), which stays honest where none changed.
    """
    return _tango_bound(lost, won, n, Z95_ONE_SIDED)


def paired_interval(lost: int, won: int, n: int) -> tuple[float, float]:
    """95 % interval of the same change, by the same score.

    >>> paired_interval(0, 0, 200)
    (-0.0188..., 0.0188...)
    """
    return _tango_bound(lost, won, n, Z95), -_tango_bound(won, lost, n, Z95)


def no_shorter(
    interval: tuple[float, float], change: float, tables: Sequence[tuple[int, int, int]]
) -> tuple[float, float]:
    """An interval around a paired change, the mean over benchmarks of which each has `n` ≥ 1
    answers of which so many were `lost` and `won`; on each side at least as long as Tango's, were
    the answers independent: a bootstrap has no length where none turned, and too little where few
    did. Lengths are added as squares (Zou & Donner, Statistics in Medicine 27, 2008).
    """
    ends = np.array([paired_interval(*table) for table in tables])
    seen = np.array([(won - lost) / n for lost, won, n in tables])
    below, above = np.sqrt(((ends.T - seen) ** 2).sum(axis=1)) / len(tables)
    return (
        max(-1.0, min(interval[0], float(change - below))),
        min(1.0, max(interval[1], float(change + above))),
    )


def _tango_bound(lost: int, won: int, n: int, errors: float) -> float:
    """The change that lies so many standard errors below the one that was seen."""
    from scipy.optimize import root_scalar

    if n == 0:
        return -1.0
    seen = (won - lost) / n

    def beyond(change: float) -> float:
        return _tango(lost, won, n, change) - errors

    lowest = 1e-12 - 1
    if beyond(lowest) <= 0:
        return -1.0
    return float(root_scalar(beyond, bracket=(lowest, seen), method="brentq", xtol=1e-9).root)


def needed(margin: float) -> int:
    """Paired answers with which a change above −margin can just be shown, if none was lost.

    >>> needed(0.05)
    52
    """
    return math.floor(Z95_ONE_SIDED**2 * (1 - margin) / margin) + 1


def _tango(lost: int, won: int, n: int, change: float) -> float:
    """How many standard errors the change that was seen lies above `change`, the error being that
    of the most likely rates under `change`.
    """
    b = (2 * n - won + lost) * change - won - lost
    c = -lost * change * (1 - change)
    rate = (np.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    spread = n * (2 * rate + change * (1 - change))
    above = won - lost - n * change
    return 0.0 if above == 0 else float(above / np.sqrt(max(spread, 1e-300)))


def cluster_bootstrap(
    values: ArrayLike,
    clusters: Sequence[str],
    *,
    draws: int = 2000,
    seed: int = 0,
    domain: tuple[float, float] = (0.0, 1.0),
) -> tuple[float, float]:
    """95 % percentile interval of the mean of `values`, resampling whole clusters (images,
    figures).

    With one cluster nothing can be resampled, and the interval is the whole `domain` of a value.
    """
    x = np.asarray(values, dtype=float)
    if len(set(clusters)) < 2:
        return domain
    return percentile_interval(bootstrap_means(x, clusters, draws=draws, seed=seed))


def bootstrap_means(
    values: ArrayLike, clusters: Sequence[str], *, draws: int = 2000, seed: int = 0
) -> NDArray[np.float64]:
    """Means of `draws` resamples of whole clusters, shape (draws,)."""
    x = np.asarray(values, dtype=float)
    names, index = np.unique(np.asarray(clusters), return_inverse=True)
    sums, sizes = np.bincount(index, weights=x), np.bincount(index)
    rng = np.random.default_rng(seed)
    means = np.empty(draws)
    for i in range(draws):
        drawn = rng.integers(0, len(names), len(names))
        means[i] = sums[drawn].sum() / sizes[drawn].sum()
    return means


def percentile_interval(draws: ArrayLike) -> tuple[float, float]:
    """The middle 95 % of bootstrap draws."""
    low, high = np.quantile(np.asarray(draws, dtype=float), [0.025, 0.975])
    return float(low), float(high)
