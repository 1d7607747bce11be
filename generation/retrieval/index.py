"""Hybrid search over texts: BM25 (words) and an embedding (meaning), fused by reciprocal ranks.

    index = Index(["how many bars?", "which word?"])
    index.search("counting: how many").relevance      [0.0328, 0.], one score per text

Neither score is comparable with the other, so that only ranks are added; a text that shares no
word with the query and points elsewhere scores 0. Texts are numbered as they are given, and the
lower number wins a tie: give them in an order that a file's order does not decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from generation.retrieval.ranking import Doubles, Ints, diverse, fused, ranks, strength
from generation.retrieval.semantics import Fit, Floats, LatentSemantics
from generation.retrieval.words import terms

K1: Final = 1.5
B: Final = 0.75
PAGE: Final = (64, 4096)
"""Candidates that are made diverse at a time: at least, and at most since it takes their square."""
DEPTH: Final = 4
"""… and in between, this many for each place of the quota."""


class Bm25:
    """Okapi's ranking in Lucene's form: `Σ ln(1 + (N − n + ½) / (n + ½)) · f / (f + k1 · (1 − b + b
    · length / mean length))` over the query's different words.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s  # the package is needed by these sources alone

        documents = [terms(text) for text in texts]
        words = sorted({word for document in documents for word in document})
        self._ids = {word: i for i, word in enumerate(words)}
        self._count = len(texts)
        self._scorer = bm25s.BM25(k1=K1, b=B, method="lucene")
        if words:
            numbered = [[self._ids[word] for word in document] for document in documents]
            self._scorer.index((numbered, self._ids), create_empty_token=False, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """Of every text; 0 where it has none of the query's words."""
        known = [self._ids[word] for word in sorted(set(terms(query))) if word in self._ids]
        if not known:
            return np.zeros(self._count, np.float32)
        return self._scorer.get_scores_from_ids(known)


@dataclass(frozen=True)
class Found:
    """What a search says of each text."""

    relevance: Doubles
    """Sum of reciprocal ranks: which comes first."""
    strength: Doubles
    """How close it is to the best by its scores, in [0, 1]."""

    def part(self, rows: Ints) -> "Found":
        """Of some of the texts."""
        return Found(self.relevance[rows], self.strength[rows])


class Index:
    """Texts that can be searched."""

    def __init__(self, texts: Sequence[str], fit: Fit = LatentSemantics) -> None:
        self._words = Bm25(texts)
        self._meaning = fit(texts)

    @property
    def vectors(self) -> Floats:
        """What the texts are about, (texts, dimensions), rows of length 1 or 0."""
        return self._meaning.vectors

    def search(self, query: str, among: Ints | None = None) -> Found:
        """How well the texts at positions `among`, or all, fit a query; ranks are those among
        them.
        """
        cosines = (self.vectors @ self._meaning.embed([query])[0]).round(6)
        both = [self._words.scores(query), cosines]
        scores = both if among is None else [each[among] for each in both]
        return Found(fused([ranks(each) for each in scores]), strength(scores))


def in_order(index: Index, among: Ints, found: Found, quota: int) -> Iterator[Ints]:
    """Positions `among` the texts, the most relevant first, a page at a time; each page is in the
    order of maximal marginal relevance, so that neighbours differ.
    """
    size = min(max(DEPTH * quota, PAGE[0]), PAGE[1])
    order = np.lexsort((among, -found.relevance.round(12)))
    for start in range(0, len(order), size):
        page = order[start : start + size]
        rows = among[page]
        yield rows[diverse(found.strength[page], index.vectors[rows])]
