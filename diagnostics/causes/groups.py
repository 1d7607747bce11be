"""The failed answers of one category and error stage, grouped by what they say: a hint at *why*.

    counting/geometric, reading: 41 of 90 (.46, .36 … .56) say "overlap", "hidden", "behind"; e.g. …

TF-IDF over content words, TruncatedSVD, k-means; the number of groups is the one with the largest
mean silhouette, and there are none where no grouping reaches `SEPARATE`. Groups are described, not
tested: nothing here is a claim about questions that were not asked. Groups under `LEAST` answers
are not listed, and nothing is grouped where two would not fit.

For a bounded time, at most `MOST_READ` answers of a category and stage are read, at even distances
of their ids, and counts and shares are of those; of each answer the beginning and the end, together
at most `LONGEST` characters, less where there are very many (`BUDGET` in all); reasoning only where
there is no text. One thread: on so small tables more cost more than they save.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from blindspot.core.diagnosis import FailureGroup
from blindspot.core.statistics import wilson
from diagnostics.answers import Floats, Ints
from diagnostics.causes.failed import Failed
from diagnostics.slices.naming import class_tfidf, is_keyword
from diagnostics.slices.texts import Counted, counted

LEAST: Final = 15
"""Failed answers of a group."""
MOST: Final = 6
"""Groups of a category and stage."""
SEPARATE: Final = 0.1
"""Mean silhouette from which groups are apart."""
LONGEST: Final = 1000
"""Characters of an answer that are read."""
MOST_READ: Final = 1000
"""Answers of a category and stage that are read."""
BUDGET: Final = 12_000_000
"""Characters that are read in all."""
KEYWORDS, CITED = 5, 5
"""Keywords and sample ids of a group at most."""
COMMON: Final = 0.1
"""Part of a group's answers that a keyword stands in at least."""
_DIMENSIONS = 20
_MEASURED = 500
"""Answers on which silhouettes are taken."""


def failure_groups(failed: Sequence[Failed]) -> tuple[FailureGroup, ...]:
    """By category, stage and falling size."""
    cells: defaultdict[tuple[str, str], list[Failed]] = defaultdict(list)
    for each in sorted(failed, key=lambda f: f.sample.id):
        cells[each.sample.category, each.stage].append(each)
    read = {c: _read(members) for c, members in sorted(cells.items()) if len(members) >= 2 * LEAST}
    length = min(LONGEST, BUDGET // max(sum(map(len, read.values())), 1))
    found: list[FailureGroup] = []
    with threadpool_limits(1):
        for (category, stage), members in read.items():
            groups = _groups(category, stage, members, length)
            found += sorted(groups, key=lambda g: (-g.n, g.samples))
    return tuple(found)


def _read(members: Sequence[Failed]) -> list[Failed]:
    at = np.linspace(0, len(members) - 1, min(MOST_READ, len(members))).round().astype(int)
    return [members[i] for i in at]


def _groups(
    category: str, stage: str, members: Sequence[Failed], length: int
) -> Iterator[FailureGroup]:
    said = _content(counted([_excerpt(f, length) for f in members], fewest=3))
    vectors = _vectors(said)
    labels = _labels(vectors)
    member = labels == np.arange(int(labels.max()) + 1)[:, None]
    for inside, keywords in zip(member, _keywords(said, member), strict=True):
        size = int(inside.sum())
        if size >= LEAST:
            yield FailureGroup(
                category=category,
                stage=stage,
                keywords=keywords,
                n=size,
                share=size / len(members),
                interval=wilson(size, len(members)),
                samples=_typical(vectors, np.flatnonzero(inside), members),
            )


def _excerpt(failed: Failed, length: int) -> str:
    """Beginning and end."""
    said = failed.prediction.completion
    text = (said.text.strip() or said.reasoning or "") if said else ""
    half = length // 2
    return text if len(text) <= length else f"{text[:half]}\n{text[-half:]}"


def _content(said: Counted) -> Counted:
    """Single words, without grammar and bare numbers."""
    telling = [j for j, t in enumerate(said.terms) if is_keyword(t) and not t.isnumeric()]
    everyone = np.arange(said.present.indptr.size - 1)
    return said.of(everyone, np.array(telling, dtype=np.int64))


def _vectors(said: Counted) -> Floats:
    """(answers, dimensions), of length 1 or, without any word, 0."""
    rows, columns = said.present.indptr.size - 1, len(said.terms)
    dimensions = min(_DIMENSIONS, rows - 1, columns - 1)
    weighted = TfidfTransformer().fit_transform(said.present) if columns else said.present
    if dimensions < 1 or not _differ(weighted):
        return np.zeros((rows, 1))
    reduced = TruncatedSVD(dimensions, random_state=0).fit_transform(weighted)
    return np.asarray(normalize(reduced), dtype=float)


def _differ(weighted: sp.csr_array) -> bool:
    """Whether any two rows do."""
    spread = weighted.multiply(weighted).mean(axis=0) - np.square(weighted.mean(axis=0))
    return bool(np.max(spread) > 1e-12)


def _labels(vectors: Floats) -> Ints:
    """Group of every answer; all −1 where no grouping is apart."""
    best, labels = SEPARATE, np.full(len(vectors), -1, dtype=np.int64)
    distinct = len(np.unique(vectors.round(6), axis=0))
    measured = np.linspace(0, len(vectors) - 1, min(_MEASURED, len(vectors))).round().astype(int)
    for k in range(2, min(MOST, len(vectors) // LEAST, distinct) + 1):
        found = KMeans(k, random_state=0).fit_predict(vectors)
        part = found[measured]
        if 1 < len(np.unique(part)) < len(part):
            apart = float(silhouette_score(vectors[measured], part))
            if apart > best:
                best, labels = apart, found.astype(np.int64)
    return labels


def _keywords(said: Counted, member: NDArray[np.bool_]) -> list[tuple[str, ...]]:
    """Of every group (groups, answers), by class-based TF-IDF against the other answers of the
    cell, of words that are common in the group.
    """
    if not len(member):
        return []
    inside = member.astype(float)
    common = np.asarray(inside @ said.present) >= COMMON * inside.sum(axis=1, keepdims=True)
    scores = np.where(common, class_tfidf(said, inside), 0.0)
    orders = np.argsort(-scores, axis=1, kind="stable")[:, :KEYWORDS]
    return [
        tuple(said.terms[j] for j in order.tolist() if score[j] > 0)
        for order, score in zip(orders, scores, strict=True)
    ]


def _typical(vectors: Floats, rows: Ints, members: Sequence[Failed]) -> tuple[str, ...]:
    """Ids nearest to the group's mean, the nearest first; ties go by id."""
    centre = vectors[rows].mean(axis=0)
    away = ((vectors[rows] - centre) ** 2).sum(axis=1).round(9)
    nearest = rows[np.argsort(away, kind="stable")[:CITED]]
    return tuple(members[i].sample.id for i in nearest)
