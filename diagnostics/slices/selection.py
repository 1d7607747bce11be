"""Which slices are weaknesses: Benjamini–Hochberg over the whole pool, then greedy selection.

Among nested and overlapping slices that all pass the test, the one with the largest
log-likelihood ratio explains the most; its samples are set aside and the rest is tested again on
what is left. So a category whose weakness lies wholly in one condition is reported as the
condition, and a category that is weak throughout as the category, once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blindspot.core.diagnosis import Null
from blindspot.core.progress import progress
from blindspot.core.statistics import benjamini_hochberg
from diagnostics.answers import Floats, Ints
from diagnostics.slices.against_rest import Pool, below_p, log_likelihood_ratio

LEFT = 0.5
"""A further weakness must have this part of its samples still unexplained."""


@dataclass(frozen=True)
class Tested:
    """The pool under one set of outcomes."""

    p: Floats
    adjusted: Floats
    effects: Floats
    """Design effects."""


def pool_test(pool: Pool, passed: Floats) -> Tested:
    """Test every slice against the rest and adjust over the pool."""
    effects = pool.design_effects(passed)
    p = below_p(pool.counts(passed), effects)
    return Tested(p, benjamini_hochberg(p), effects)


def select(pool: Pool, passed: Floats, tested: Tested, *, q: float, min_support: int) -> list[int]:
    """Positions of the slices to report, the one that explains most first."""
    rejected = tested.adjusted <= q
    if not rejected.any():
        return []
    cut = float(tested.p[rejected].max())
    sizes = np.array([len(s.members) for s in pool.slices])
    live, chosen = np.ones(len(passed)), []
    while True:
        counts = pool.counts(passed, live)
        left = counts.n.sum(axis=1)
        ratio = log_likelihood_ratio(counts) / tested.effects
        open_ = rejected & (left >= min_support) & (left >= LEFT * sizes)
        open_ &= below_p(counts, tested.effects) <= cut
        ratio = np.where(open_, ratio, -1.0)
        best = int(np.argmax(ratio))
        if ratio[best] <= 0:
            return chosen
        chosen.append(best)
        live[pool.slices[best].members] = 0.0


def false_alarms(pool: Pool, passed: Floats, *, q: float, shuffles: int, seed: int) -> Null:
    """The same test on shuffled outcomes. One rejected slice is one reported weakness, so the
    greedy selection need not run.
    """
    hits = 0
    with progress("Counting false alarms on shuffled outcomes", shuffles) as advance:
        for outcomes in _shuffled(passed, pool, shuffles, seed):
            hits += bool((pool_test(pool, outcomes).adjusted <= q).any())
            advance()
    return Null(runs=shuffles, with_weakness=hits)


def _shuffled(passed: Floats, pool: Pool, shuffles: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    for _ in range(shuffles):
        yield shuffle(passed, pool.benchmark, pool.cluster, rng)


def shuffle(passed: Floats, benchmark: Ints, picture: Ints, rng: np.random.Generator) -> Floats:
    """Outcomes dealt anew within each benchmark. What stood on one picture stays together: the
    outcomes in one random order of pictures are laid over the samples in another.
    """
    order_from = _by_picture(benchmark, picture, rng)
    order_to = _by_picture(benchmark, picture, rng)
    dealt = np.empty_like(passed)
    dealt[order_to] = passed[order_from]
    return dealt


def _by_picture(benchmark: Ints, picture: Ints, rng: np.random.Generator) -> Ints:
    """Positions sorted by benchmark, pictures in random order within it."""
    rank = rng.permutation(int(picture.max(initial=0)) + 1)
    return np.lexsort((rng.random(len(picture)), rank[picture], benchmark))
