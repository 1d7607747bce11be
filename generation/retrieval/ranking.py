"""Rankings of candidates as pure functions: fused and made diverse.

    fused([[1, 2], [2, 1]])                two rankings that disagree: both texts score the same
    diverse([1., .9, .5], vectors, .7)     the second goes last if it is a copy of the first

Positions are numbers of candidates in the order of their ids, so that ties go to the lower id.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from generation.retrieval.semantics import Floats

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

DAMPING: Final = 60.0
"""Of reciprocal ranks (Cormack, Clarke & Büttcher 2009): how little the first rank stands out."""
TRADE_OFF: Final = 0.7
"""Of diversity: 1 looks at relevance alone, 0 at novelty alone. At .5 rows of other categories came
before rows of the wanted one that ask alike; of other pictures these are no copies.
"""


def ranks(scores: NDArray[np.floating]) -> Doubles:
    """Rank of every score, the greatest is 1; equal ones share the mean of theirs. A score of 0 or
    less found nothing: its rank is infinite.

    >>> ranks(np.array([0.2, 0.9, 0.2, 0.0])).tolist()
    [2.5, 1.0, 2.5, inf]
    """
    found = np.full(len(scores), math.inf)
    hits = np.flatnonzero(scores > 0)
    values, inverse, counts = np.unique(-scores[hits], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    if len(values):
        found[hits] = (last - (counts - 1) / 2)[inverse]
    return found


def fused(rankings: Sequence[Doubles]) -> Doubles:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank), (candidates,)."""
    return np.sum([1.0 / (DAMPING + each) for each in rankings], axis=0)


def strength(scores: Sequence[NDArray[np.floating]]) -> Doubles:
    """The mean of several scores, each as a share of its greatest, in [0, 1]. Ranks say who is
    better; what diversity may be traded for is by how much, which ranks do not know.
    """
    tops = [max(float(each.max(initial=0.0)), 1e-12) for each in scores]
    return np.mean([each.clip(0.0) / top for each, top in zip(scores, tops, strict=True)], axis=0)


def diverse(relevance: Doubles, vectors: Floats, trade_off: float = TRADE_OFF) -> Ints:
    """All positions in the order of maximal marginal relevance (Carbonell & Goldstein 1998): next
    comes the greatest `trade_off · relevance − (1 − trade_off) · cosine to the nearest so far`.
    `relevance` is in [0, 1]; `vectors` has rows of length 1. Takes time in the square of the
    candidates.
    """
    count = len(relevance)
    nearest, free = np.zeros(count), np.ones(count, dtype=bool)
    order = np.empty(count, dtype=np.int64)
    for place in range(count):
        margin = trade_off * relevance - (1 - trade_off) * nearest
        order[place] = chosen = int(np.argmax(np.where(free, margin, -np.inf).round(9)))
        free[chosen] = False
        nearest = np.maximum(nearest, vectors @ vectors[chosen])
    return order
