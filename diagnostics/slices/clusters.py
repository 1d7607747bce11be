"""Groups of similar texts: Ward's tree and k-means over TF-IDF, overlapping and of all sizes.

    clusters(present, fewest=15) -> [array([0, 4, 9, …]), …]     positions of texts, ascending

TF-IDF → TruncatedSVD at two numbers of dimensions. On each: every node of Ward's tree, and k-means
for several k, every k-means cluster also with its nearest neighbours, at 1.5 and 2 times its size,
since no one cut fits a weakness. Clusters hold at most half of the texts. Ward's tree takes time
and memory in the square of the texts: of more than `LARGEST` the tree and the centres are made on
a drawn part, and each other text joins its nearest one or its nearest centre.
"""

import warnings
from collections.abc import Iterator
from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from diagnostics.answers import Floats, Ints
from diagnostics.slices.texts import size

DIMENSIONS: Final = (50, 100)
KS: Final = (4, 8, 16, 32)
WIDER: Final = (1.5, 2.0)
LARGEST: Final = 1000
"""Texts that a tree is made of."""
_EQUAL: Final = 1e-6
"""Texts that a tree joins below this distance are equal, and no part of them is a cluster."""
SEED: Final = 0
"""Candidates are the same for all seeds of a diagnosis."""


def clusters(present: sp.csr_array, fewest: int, starts: int = 1) -> list[Ints]:
    """Of texts with their terms (texts, terms), those with at least so many texts; `starts`: random
    starts of each k-means, all of which are kept. Empty where texts cannot be told apart.
    """
    found: dict[bytes, Ints] = {}
    if min(size(present)) > 1:
        with threadpool_limits(limits=1):  # sums in a fixed order
            for points in _points(present):
                for members in _of_points(points, fewest, starts):
                    if fewest <= len(members) <= len(points) / 2:
                        found.setdefault(members.tobytes(), members)
    return list(found.values())


def _points(present: sp.csr_array) -> Iterator[Floats]:
    """(texts, dimensions), rows of length 1 or 0, at each number of dimensions."""
    weighted = sp.csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(present))
    drawn = _drawn(size(weighted)[0])
    most = min(max(DIMENSIONS), len(drawn) - 1, size(weighted)[1] - 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # of equal texts there is no variance
        svd = TruncatedSVD(most, random_state=SEED).fit(weighted[drawn])
    coordinates = svd.transform(weighted)
    for dimensions in sorted({min(d, most) for d in DIMENSIONS}):
        yield _unit(coordinates[:, :dimensions])


def _of_points(points: Floats, fewest: int, starts: int) -> Iterator[Ints]:
    drawn = _drawn(len(points))
    yield from _ward(points, drawn, fewest)
    for k in KS:
        if k * fewest <= len(points):
            for start in range(starts):
                yield from _k_means(points, drawn, k, SEED + start)


def _ward(points: Floats, drawn: Ints, fewest: int) -> Iterator[Ints]:
    follows = _nearest(points, points[drawn])
    follows[drawn] = np.arange(len(drawn))
    order = np.argsort(follows, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(follows, minlength=len(drawn)))[:-1])
    tree = linkage(points[drawn], "ward")
    above = np.full(2 * len(drawn) - 1, np.inf)
    for left, right, height, _ in tree:
        above[[int(left), int(right)]] = height
    for (left, right, *_), height in zip(tree, above[len(drawn) :], strict=True):
        both = np.concatenate([members[int(left)], members[int(right)]])
        members.append(both)
        if fewest <= len(both) <= len(points) / 2 and height > _EQUAL:
            yield np.sort(both)


def _k_means(points: Floats, drawn: Ints, k: int, seed: int) -> Iterator[Ints]:
    means = KMeans(k, init="random", max_iter=8, random_state=seed).set_params(n_init=1)
    with warnings.catch_warnings():  # equal texts make fewer clusters, which is no fault
        warnings.simplefilter("ignore", ConvergenceWarning)
        centres = _unit(means.fit(points[drawn]).cluster_centers_)
    nearest = _nearest(points, centres)
    for centre in range(k):
        own = np.flatnonzero(nearest == centre)
        yield own
        likeness = (points @ centres[centre]).round(9)
        for factor in WIDER if len(own) else ():
            last = np.sort(likeness)[-min(len(likeness), int(factor * len(own)))]
            yield np.flatnonzero(likeness >= last)


def _unit(rows: Floats) -> Floats:
    return np.asarray(normalize(rows), dtype=float)


def _nearest(points: Floats, centres: Floats) -> Ints:
    """The centre with the largest cosine, per point."""
    parts = (points[i : i + LARGEST] @ centres.T for i in range(0, len(points), LARGEST))
    return np.concatenate([part.argmax(axis=1) for part in parts])


def _drawn(count: int) -> Ints:
    """All, or `LARGEST` of them, in order."""
    if count <= LARGEST:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, LARGEST, replace=False))
