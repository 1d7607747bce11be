"""What a slice is called: by definition, by words that were checked, by its most typical sample.

    name(piece)              "geometry on geometric images, topic: angle, triangle"
    keywords(piece, answers) ("angle", "triangle", "degrees")
    medoid(piece, answers)   "mathvista/411"

Keywords are ranked by class-based TF-IDF (Grootendorst 2022), tf(in the slice) · log(1 + A / f), on
one half of the samples; each is kept only if it separates the members from the rest of their
benchmarks on the other half. So would a name that a model gave: `separates` on samples that it was
not shown. Of large slices and rests a part at even distances is read.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import hypergeom
from sklearn.feature_extraction.text import TfidfTransformer

from diagnostics.answers import Answers, Floats, Ints
from diagnostics.slices.slice import Slice
from diagnostics.slices.texts import Counted, asked, counted, is_content, size, words

Bools = NDArray[np.bool_]
KEYWORDS: Final = 5
"""Keywords of a slice at most."""
TRIED: Final = 20
"""Words that are checked for them."""
LEVEL: Final = 0.01
"""A word separates if chance would do as well at most this often."""
INSIDE, OUTSIDE = 1000, 2000
"""Samples of a slice, and of the rest, that are read at most."""


def name(piece: Slice) -> str:
    """`chart reading on chart_graph images, bars = 4`."""
    conditions = "".join(f", {_said(k, v)}" for k, v in sorted(piece.condition.items()))
    return f"{piece.capability.replace('_', ' ')} on {piece.image_type} images{conditions}"


def keywords(piece: Slice, answers: Answers) -> tuple[str, ...]:
    """Words that set a slice's questions apart from the rest of its benchmarks, the strongest
    first; none where no word does.
    """
    inside, outside = _spread(piece.members, INSIDE), _spread(_rest(piece, answers), OUTSIDE)
    if not len(outside):
        return ()
    read = [asked(answers.samples[i]) for i in (*inside, *outside)]
    found = counted(read, pairs=False)
    fitted = np.arange(len(inside) + len(outside)) % 2 == 0
    member = np.arange(len(fitted)) < len(inside)
    present = found.present.tocsc()
    kept = []
    for j in _ranked(found, fitted, member)[:TRIED]:
        has = np.isin(np.arange(len(fitted)), present.indices[slice(*present.indptr[j : j + 2])])
        if _beyond_chance(has[~fitted], member[~fitted]):
            kept.append(found.terms[j])
    return tuple(kept[:KEYWORDS])


def separates(name: Sequence[str], inside: Sequence[str], outside: Sequence[str]) -> bool:
    """Whether texts inside have one of the words more often than those outside, beyond chance
    (one-sided hypergeometric test).
    """
    wanted = {w for part in name for w in words(part)}
    has = np.array([bool(wanted & set(words(text))) for text in (*inside, *outside)])
    return _beyond_chance(has, np.arange(len(has)) < len(inside))


def _beyond_chance(has: Bools, inside: Bools) -> bool:
    own = int((has & inside).sum())
    return float(hypergeom.sf(own - 1, len(has), int(has.sum()), int(inside.sum()))) <= LEVEL


def medoid(piece: Slice, answers: Answers) -> str:
    """Id of the sample whose question is nearest to the mean of the slice's, by the cosine of
    TF-IDF; the first by id among equals.
    """
    chosen = _spread(piece.members, INSIDE)
    present = counted([asked(answers.samples[i]) for i in chosen]).present
    if not size(present)[1]:
        return answers.samples[int(chosen[0])].id
    weighted = TfidfTransformer().fit_transform(present)
    likeness = np.asarray(weighted @ np.asarray(weighted.mean(axis=0)).ravel()).round(9)
    return answers.samples[int(chosen[np.argmax(likeness)])].id


def _said(key: str, value: str) -> str:
    if key == "wording":
        return f"asking “{value}”"
    return f"topic: {value}" if key == "topic" else f"{key} = {value}"


def _ranked(found: Counted, fitted: Bools, member: Bools) -> list[int]:
    """Columns of content words that the fitted members have more often than the other fitted
    texts, the strongest first.
    """
    columns = np.array([j for j, term in enumerate(found.terms) if is_keyword(term)], dtype=int)
    rows = found.of(np.flatnonzero(fitted), columns)
    score = class_tfidf(rows, member[None, fitted].astype(float))[0]
    order = np.argsort(-score, kind="stable")
    return [int(columns[j]) for j in order if score[j] > 0]


def is_keyword(term: str) -> bool:
    """A content word, no pair."""
    return " " not in term and is_content(term)


def class_tfidf(found: Counted, inside: Floats) -> Floats:
    """Of every term for groups of texts; 0 where it is no more frequent than outside. `inside`
    (groups, texts): 1 for those of a group. Returns (groups, terms).
    """
    own = np.asarray(sp.csr_array(inside) @ found.present.toarray())
    total, texts = np.asarray(found.present.sum(axis=0)), inside.shape[1]
    members = inside.sum(axis=1, keepdims=True)
    rarity = np.log1p(total.sum() / 2 / np.maximum(total, 1))
    more = own * (texts - members) > (total - own) * members
    shares = own / np.maximum(own.sum(axis=1, keepdims=True), 1)
    return np.where(more, shares * rarity, 0.0).round(12)


def _spread(positions: Ints, most: int) -> Ints:
    """At most so many, at even distances."""
    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).round().astype(int)]


def _rest(piece: Slice, answers: Answers) -> Ints:
    """The other samples of its benchmarks."""
    mine = np.isin(answers.benchmark, answers.benchmark[piece.members])
    mine[piece.members] = False
    return np.flatnonzero(mine)
