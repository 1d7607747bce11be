"""The samples that a weakness cites: failing ones, and the passing ones most like them."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from blindspot.core.records import Sample
from diagnostics.answers import Floats


def spread(ids: Sequence[str], count: int) -> tuple[str, ...]:
    """`count` ids at even distances in their sorted order."""
    ordered = sorted(ids)
    if len(ordered) <= count:
        return tuple(ordered)
    steps = np.linspace(0, len(ordered) - 1, count).round().astype(int)
    return tuple(ordered[i] for i in steps)


def nearest(failing: Sequence[Sample], passing: Sequence[Sample], count: int) -> tuple[str, ...]:
    """Ids of up to `count` passing samples, each the nearest left to the next failing one, by
    the cosine of TF-IDF over question and attributes; ties go by id.
    """
    if not failing or not passing or count == 0:
        return ()
    passing = sorted(passing, key=lambda s: s.id)
    similar = _cosines(failing, passing)
    taken: list[int] = []
    for turn in range(min(count, len(passing))):
        row = similar[turn % len(failing)].round(9)
        row[taken] = -1.0
        taken.append(int(np.argmax(row)))
    return tuple(passing[i].id for i in taken)


def _cosines(rows: Sequence[Sample], columns: Sequence[Sample]) -> Floats:
    vectors = TfidfVectorizer(token_pattern=r"\S+")
    known = vectors.fit_transform([_text(s) for s in columns])
    return np.asarray((vectors.transform([_text(s) for s in rows]) @ known.T).todense())


def _text(sample: Sample) -> str:
    attributes = (f"{k}={v}".replace(" ", "_") for k, v in sorted(sample.attributes.items()))
    return " ".join([sample.question, f"kind={sample.answer_kind}", *attributes])
