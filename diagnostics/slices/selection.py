"""Which slices are weaknesses: Benjamini–Hochberg over the whole pool, then greedy selection.

Among nested and overlapping slices that all pass the test, the one with the largest
log-likelihood ratio explains the most; its samples are set aside and the rest is tested again on
what is left, at the same false-discovery rate. So a category whose weakness lies wholly in one
condition is reported as the condition, and a category that is weak throughout as the category,
once. Candidates are weighted by kind (`Pool.weights`), in the test and, as a logarithm, in the
choice: of nearly equal ratios the kind with fewer candidates wins, the simpler one.

Testing what is left merely at the largest p-value that passed at first, as a prototype did, made a
third of what was reported false; this way it is a twelfth (five to ten plants in the LMM-shaped
suite, development seeds, q = .10).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blindspot.core.diagnosis import Null
from blindspot.core.progress import progress
from blindspot.core.statistics import benjamini_hochberg
from diagnostics.answers import Floats, Ints
from diagnostics.slices.against_rest import Pool, below_p, log_likelihood_ratio
from diagnostics.slices.counts import Counts

LEFT: Final = 0.5
"""A further weakness must have this part of its samples still unexplained."""
BATCH: Final = 20
"""Shuffles that are counted at once; bounds the memory."""


@dataclass(frozen=True)
class Tested:
    """The pool under one set of outcomes."""

    p: Floats
    adjusted: Floats
    effects: Floats
    """Design effects."""
    tests: int = 0
    """How many slices were tested with these; 0 for just these."""


def pool_test(pool: Pool, passed: Floats) -> Tested:
    """Test every slice against the rest and adjust over the pool."""
    effects = pool.design_effects(passed)
    p = below_p(pool.counts(passed), effects)
    return Tested(p, adjusted(pool, p), effects, len(p))


def adjusted(pool: Pool, p: Floats) -> Floats:
    """p-values of a pool after weighted Benjamini–Hochberg."""
    return benjamini_hochberg(p / pool.weights)


def select(pool: Pool, passed: Floats, tested: Tested, *, q: float, min_support: int) -> list[int]:
    """Positions of the slices to report, the one that explains most first."""
    rows = np.flatnonzero(tested.adjusted <= q)
    sizes = np.array([len(pool.slices[i].members) for i in rows])
    left, chosen = _Left(pool, passed, rows), list[int]()
    while len(rows):
        counts, effects = left.counts, tested.effects[rows]
        enough = counts.n.sum(axis=1) >= np.maximum(min_support, LEFT * sizes)
        p = np.where(enough, below_p(counts, effects), 1.0)
        ratio = log_likelihood_ratio(counts) / effects
        open_ = _rejected(p / pool.weights[rows], tested.tests or len(tested.p), q) & (ratio > 0)
        if not open_.any():
            break
        score = np.where(open_, ratio + np.log(pool.weights[rows]), -np.inf)
        chosen.append(int(rows[np.argmax(score)]))
        left.without(pool.slices[chosen[-1]].members)
    return chosen


class _Left:
    """Counts of some slices over the samples that no chosen one has explained."""

    def __init__(self, pool: Pool, passed: Floats, rows: Ints) -> None:
        self.counts = pool.counts(passed).of(rows)
        self._passed, self._benchmark = passed, pool.benchmark
        every = rows[:, None] * pool.benchmarks + np.arange(pool.benchmarks)
        self._columns = pool.members[every.ravel()].tocsc()
        self._left = np.ones(len(passed), dtype=bool)

    def without(self, members: Ints) -> None:
        """Set samples aside. Each is looked at once, however many slices are chosen."""
        gone = members[self._left[members]]
        self._left[gone] = False
        now, shape = self.counts, self.counts.n.shape
        columns, right = self._columns[:, gone], self._passed[gone]
        own = np.bincount(self._benchmark[gone], minlength=shape[1])
        own_right = np.bincount(self._benchmark[gone], right, shape[1])
        self.counts = Counts(
            n=now.n - columns.sum(axis=1).reshape(shape),
            passed=now.passed - (columns @ right).reshape(shape),
            all_n=now.all_n - own,
            all_passed=now.all_passed - own_right,
        )


def _rejected(p: Floats, tests: int, q: float) -> NDArray[np.bool_]:
    """Benjamini & Hochberg on some of so many p-values, the others being 1."""
    return benjamini_hochberg(p) * tests / len(p) <= q


def false_alarms(pool: Pool, passed: Floats, *, q: float, shuffles: int, seed: int) -> Null:
    """The same test on shuffled outcomes. One rejected slice is one reported weakness, so the
    greedy selection need not run.
    """
    rng, hits = np.random.default_rng(seed), 0
    with progress("Counting false alarms on shuffled outcomes", shuffles) as advance:
        for first in range(0, shuffles, BATCH):
            batch = min(BATCH, shuffles - first)
            dealt = [shuffle(passed, pool.benchmark, pool.cluster, rng) for _ in range(batch)]
            for outcomes, counts in zip(dealt, pool.counts_of(dealt), strict=True):
                p = below_p(counts, pool.design_effects(outcomes))
                hits += bool((adjusted(pool, p) <= q).any())
                advance()
    return Null(runs=shuffles, with_weakness=hits)


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
    pictures = int(picture.max(initial=0)) + 1
    place = rng.permutation(pictures)[picture] + benchmark * pictures
    return np.argsort(place + rng.random(len(picture)))
