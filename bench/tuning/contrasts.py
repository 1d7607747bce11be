"""The arithmetic of trials: gains, contrasts and their tests, on plain values.

See `bench/tuning/gain.py` for what they mean and why.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean, stdev
from typing import Any

from bench.rows import Interval
from blindspot.core.statistics import cluster_bootstrap

Scores = Mapping[str, float]
"""Score per held-out sample id."""


@dataclass(frozen=True)
class World:
    """The held-out half, and what the start checkpoint's diagnosis says about it."""

    cells: Mapping[str, str]
    """Cell per sample id."""
    categories: Mapping[str, str]
    """`capability/image_type` per sample id."""
    pictures: Mapping[str, str]
    """What is resampled as one, per sample id."""
    weak: frozenset[str]
    """Cells inside a named weakness."""
    strong: frozenset[str]
    """Categories with the verdict `strong`."""
    start: Scores
    """Of the start checkpoint."""


@dataclass(frozen=True)
class Contrast:
    """Two arms in the weak cells; all in points."""

    name: str
    value: float
    interval: Interval
    per_seed: tuple[float, ...]
    p: float


def sign_flip(differences: Sequence[float]) -> float:
    """Exact two-sided p-value of the mean under random signs; 2/2^k at least.

    >>> sign_flip([1.0, 2.0, 3.0])
    0.25
    """
    observed = abs(fmean(differences)) - 1e-12
    flips = product((1, -1), repeat=len(differences))
    means = [abs(fmean(s * d for s, d in zip(f, differences, strict=True))) for f in flips]
    return sum(mean >= observed for mean in means) / len(means)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (Holm 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def over_seeds(values: Sequence[float]) -> Interval | None:
    """95 % interval of the mean by Student's t; None for fewer than two seeds.

    >>> over_seeds([1.0, 1.0])
    (1.0, 1.0)
    """
    if len(values) < 2:
        return None
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / math.sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def points(interval: Interval) -> Interval:
    """Shares as points."""
    return 100 * interval[0], 100 * interval[1]


def rates(scores: Scores, cells: Mapping[str, str]) -> dict[str, float]:
    """Mean score per cell, by name."""
    members: dict[str, list[float]] = {}
    for name, score in scores.items():
        members.setdefault(cells[name], []).append(score)
    return {cell: fmean(found) for cell, found in sorted(members.items())}


def gain(scores: Scores, world: World, among: frozenset[str] | None = None) -> float:
    """Mean over cells (all, or those `among`) of the rate's rise over the start checkpoint."""
    common = {k: v for k, v in scores.items() if k in world.start}
    now, before = rates(common, world.cells), rates(_only(world.start, common), world.cells)
    return fmean(now[c] - before[c] for c in now if among is None or c in among)


def differences(pairs: Sequence[tuple[Scores, Scores]]) -> dict[str, float]:
    """Per sample that all have: the mean over pairs of first minus second."""
    common = set.intersection(*(set(a) & set(b) for a, b in pairs))
    return {k: fmean(a[k] - b[k] for a, b in pairs) for k in sorted(common)}


def balanced(changes: Mapping[str, float], cells: Mapping[str, str]) -> dict[str, float]:
    """The changes reweighted so that their mean is the mean over cells of each cell's mean."""
    sizes: dict[str, int] = {}
    for name in changes:
        sizes[cells[name]] = sizes.get(cells[name], 0) + 1
    scale = len(changes) / len(sizes) if sizes else 0.0
    return {name: change * scale / sizes[cells[name]] for name, change in changes.items()}


def contrast(name: str, ours: Sequence[Scores], theirs: Sequence[Scores], world: World) -> Contrast:
    """Ours minus theirs in the weak cells, seed by seed."""
    pairs = list(zip(ours, theirs, strict=True))
    per_seed = [gain(a, world, world.weak) - gain(b, world, world.weak) for a, b in pairs]
    weak = {k: v for k, v in differences(pairs).items() if world.cells[k] in world.weak}
    interval = _bootstrap(balanced(weak, world.cells), world)
    return Contrast(name, fmean(per_seed), interval, tuple(per_seed), sign_flip(per_seed))


def strong_changes(scores: Sequence[Scores], world: World) -> dict[str, tuple[float, Interval]]:
    """Paired change over the start checkpoint, averaged over seeds, per strong category."""
    changes = differences([(s, world.start) for s in scores])
    found = {}
    for category in sorted(world.strong):
        own = {k: v for k, v in changes.items() if world.categories[k] == category}
        if own:
            found[category] = (fmean(own.values()), _bootstrap(own, world))
    return found


def _only(scores: Scores, names: Mapping[str, Any]) -> dict[str, float]:
    return {k: v for k, v in scores.items() if k in names}


def _bootstrap(changes: Mapping[str, float], world: World) -> Interval:
    names = list(changes)
    return cluster_bootstrap([changes[n] for n in names], [world.pictures[n] for n in names])
