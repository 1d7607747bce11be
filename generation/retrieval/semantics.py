"""What texts are about, as vectors: latent semantic analysis (Deerwester et al. 1990).

    meaning = LatentSemantics(["how many bars", "how many dots", "which word"])
    meaning.vectors @ meaning.embed(["how many"])[0]      cosines, (3,)

TF-IDF with sublinear counts, then a truncated SVD made on at most `DRAWN` of the texts, which every
text is projected on. One thread and a fixed seed: the same texts in the same order give the same
bytes. It knows words that occur together, no words that the texts do not have, and no other
language; whoever has a model that does gives `Index` another `Fit`.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from generation.retrieval.words import terms

Floats = NDArray[np.float32]

DIMENSIONS: Final = 100
DRAWN: Final = 20_000
"""Texts that the SVD is made on; it takes time in proportion to them."""
_SEED: Final = 0


class Embedding(Protocol):
    """Vectors of texts that were fitted, and of new ones in the same space."""

    @property
    def vectors(self) -> Floats:
        """(texts, dimensions), rows of length 1, or 0 for a text that says nothing."""
        ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """The same of other texts."""
        ...


Fit = Callable[[Sequence[str]], Embedding]
"""Makes an embedding for the texts of an index."""


class LatentSemantics:
    """The default embedding."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._weigh = TfidfVectorizer(sublinear_tf=True).set_params(
            analyzer=terms, dtype=np.float32
        )
        self._svd: TruncatedSVD | None = None
        if not any(terms(text) for text in texts):
            self.vectors: Floats = np.zeros((len(texts), 1), np.float32)
            return
        weighted = sp.csr_array(self._weigh.fit_transform(texts))
        with threadpool_limits(limits=1):  # sums in a fixed order
            self._svd = _fitted(weighted)
            self.vectors = _unit(self._svd.transform(weighted)) if self._svd else _dense(weighted)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of other texts; their words that the index does not have count for nothing."""
        if not hasattr(self._weigh, "vocabulary_"):
            return np.zeros((len(texts), 1), np.float32)
        weighted = sp.csr_array(self._weigh.transform(texts))
        with threadpool_limits(limits=1):
            return _unit(self._svd.transform(weighted)) if self._svd else _dense(weighted)


def _fitted(weighted: sp.csr_array) -> TruncatedSVD | None:
    """The projection; None where there are too few texts or words to leave any out."""
    count, words = weighted.shape or (0, 0)
    most = min(DIMENSIONS, count - 1, words - 1)
    if most < 2:
        return None
    drawn = np.arange(count)
    if count > DRAWN:
        drawn = np.sort(np.random.default_rng(_SEED).choice(count, DRAWN, replace=False))
    with np.errstate(divide="ignore", invalid="ignore"):  # of equal texts there is no variance
        return TruncatedSVD(most, random_state=_SEED).fit(weighted[drawn])


def _dense(weighted: sp.csr_array) -> Floats:
    return _unit(weighted.toarray())


def _unit(rows: NDArray[np.floating]) -> Floats:
    return np.asarray(normalize(rows), dtype=np.float32)
