"""The LMM-shaped suite with its candidates, what is planted into it, and how what is reported is
set against that.

Recovery: precision is the mean share of a reported slice inside the union of the plants, recall the
mean share of a plant inside the union of the reported slices, F1 their harmonic mean, 0 where
nothing is reported. Pieces are a stage, or nothing, and positions; only the same stage counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.diagnosing.suite import Plant, Suite, simulate
from diagnostics.answers import Floats, Ints
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import candidates
from diagnostics.slices.selection import pool_test, select

Q, SUPPORT = 0.1, 15
"""As the product's defaults."""
BELOW = 0.05
"""How far below the mean the rules without a test look."""
LEAST: Final = 60
"""Pictures of a planted category or condition."""
LEAST_TOPIC: Final = 40
"""Pictures of a planted topic."""

Piece = tuple[str, Ints]
"""A stage, or nothing, and positions."""


@dataclass(frozen=True)
class World:
    """A suite with its candidates."""

    seed: int
    suite: Suite
    pool: Pool

    def select(self, passed: Floats) -> list[int]:
        """What the product reports."""
        tested = pool_test(self.pool, passed)
        return select(self.pool, passed, tested, q=Q, min_support=SUPPORT)

    def members(self, rows: Sequence[int]) -> list[Piece]:
        return [("", self.pool.slices[i].members) for i in rows]


def world(seed: int, shrink: int = 1) -> World:
    suite = simulate(seed, shrink)
    return World(seed, suite, Pool(suite.answers, candidates(suite.answers, SUPPORT)))


def f1(planted: Sequence[Piece], reported: Sequence[Piece]) -> float:
    """Of pieces with the same stage."""
    precision, recall = _inside(reported, planted), _inside(planted, reported)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _inside(pieces: Sequence[Piece], others: Sequence[Piece]) -> float:
    """Mean share of a piece inside the union of the others of its stage; 0 for no pieces."""
    shares = [
        float(np.isin(members, np.concatenate([m for s, m in others if s == stage] or [[]])).mean())
        for stage, members in pieces
    ]
    return float(np.mean(shares)) if shares else 0.0


def low(w: World, passed: Floats) -> list[int]:
    """Candidates more than five points below the mean."""
    counts = w.pool.counts(passed)
    rates = counts.passed.sum(axis=1) / np.maximum(counts.n.sum(axis=1), 1)
    return np.flatnonzero(rates < passed.mean() - BELOW).tolist()


def low_categories(w: World, passed: Floats) -> list[int]:
    """The categories among them."""
    return [i for i in low(w, passed) if w.pool.slices[i].kind == "category"]


def categories(w: World) -> list[Ints]:
    return [s.members for s in w.suite.categories(LEAST)]


def topics(w: World) -> list[Ints]:
    return w.suite.topics(LEAST_TOPIC)


def mixed(w: World, rng: np.random.Generator) -> list[Plant]:
    """Of all kinds, none on another's samples."""
    pictures = w.suite.answers.cluster
    narrow = [s.members for s in w.pool.slices if s.kind == "condition"]
    conditions = [m for m in narrow if len(np.unique(pictures[m])) >= LEAST]
    pools, plants = (categories(w), conditions, topics(w)), list[Plant]()
    wanted, taken = int(rng.integers(5, 11)), np.zeros(len(w.suite.base), dtype=bool)
    for turn in range(10 * wanted):
        pool = pools[turn % len(pools)]
        members = pool[int(rng.integers(len(pool)))]
        if len(plants) < wanted and not taken[members].any():
            plants.append(Plant(members, float(rng.choice([0.3, 0.5, 0.7]))))
            taken[members] = True
    return plants


def false_slices(w: World, rates: Floats) -> NDArray[np.bool_]:
    """Per candidate, whether its members' true rate is not below that of the rest."""
    counts = w.pool.counts(rates)
    rest = counts.all_n - counts.n
    weight = np.where(rest > 0, counts.n, 0.0)
    usual = (weight * (counts.all_passed - counts.passed) / np.maximum(rest, 1)).sum(axis=1)
    own = counts.passed.sum(axis=1) / np.maximum(counts.n.sum(axis=1), 1)
    return own >= usual / np.maximum(weight.sum(axis=1), 1) - 1e-9


def expected_rate(benchmark: Ints, members: Ints, rates: Floats) -> float:
    """Mean rate of the other samples of a slice's benchmarks, each weighted as in the slice; 0
    without any.
    """
    rest = np.ones(len(rates), dtype=bool)
    rest[members] = False
    benchmarks = int(benchmark.max()) + 1
    own = np.bincount(benchmark[members], minlength=benchmarks)
    other = np.bincount(benchmark[rest], minlength=benchmarks)
    total = np.bincount(benchmark[rest], rates[rest], benchmarks)
    weight = np.where(other > 0, own, 0)
    return float(weight @ (total / np.maximum(other, 1))) / max(int(weight.sum()), 1)


def each_draw(
    worlds: Sequence[World], draws: int, what: str
) -> Iterator[tuple[World, np.random.Generator]]:
    """Every world as often, with a generator of its own for each draw."""
    for w in worlds:
        for turn in range(draws):
            yield w, np.random.default_rng([w.seed, turn, *what.encode()])


def some(pieces: list[Ints], count: int, rng: np.random.Generator) -> list[Ints]:
    return [pieces[i] for i in rng.choice(len(pieces), count, replace=False)]
