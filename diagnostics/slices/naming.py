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
from scipy.stats import hypergeom
from sklearn.feature_extraction.text import TfidfTransformer

from diagnostics.answers import Answers, Floats, Ints
from diagnostics.slices.slice import Slice
from diagnostics.slices.texts import Counted, asked, counted, is_content, size, words

KEYWORDS: Final = 5
"""Keywords of a slice at most."""
TRIED: Final = 20
"""Words that are checked for them."""
LEVEL: Final = 0.05
"""A word separates if chance would do as well at most this often."""
INSIDE, OUTSIDE = 1000, 4000
"""Samples of a slice, and of the rest, that are read at most."""


def name(piece: Slice) -> str:
    """`chart reading on chart_graph images, bars = 4`."""
    conditions = "".join(f", {_said(k, v)}" for k, v in sorted(piece.condition.items()))
    return f"{piece.capability.replace('_', ' ')} on {piece.image_type} images{conditions}"


def keywords(piece: Slice, answers: Answers) -> tuple[str, ...]:
    """Words that set a slice's questions apart from the rest of its benchmarks, the strongest
    first; none where no word does.
    """
    inside, outside = (
        _texts(piece.members, answers, INSIDE),
        _texts(_rest(piece, answers), answers, OUTSIDE),
    )
    if not inside or not outside:
        return ()
    found = _ranked(counted([*inside[::2], *outside[::2]]), len(inside[::2]))
    tried = [w for w in found if " " not in w][:TRIED]
    return tuple(w for w in tried if separates([w], inside[1::2], outside[1::2]))[:KEYWORDS]


def separates(name: Sequence[str], inside: Sequence[str], outside: Sequence[str]) -> bool:
    """Whether texts inside have one of the words more often than those outside, beyond chance
    (one-sided hypergeometric test).
    """
    wanted = {w for part in name for w in words(part)}
    hits = [bool(wanted & set(words(text))) for text in (*inside, *outside)]
    own, everywhere = sum(hits[: len(inside)]), sum(hits)
    return float(hypergeom.sf(own - 1, len(hits), everywhere, len(inside))) <= LEVEL


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


def _ranked(found: Counted, inside: int) -> list[str]:
    """Content terms that are more frequent in the first `inside` texts than in the others."""
    score = class_tfidf(found, np.arange(size(found.present)[0]) < inside)
    order = np.lexsort((np.arange(len(score)), -score))
    return [found.terms[j] for j in order if score[j] > 0 and is_content(found.terms[j])]


def class_tfidf(found: Counted, inside: np.ndarray) -> Floats:
    """Of every term for the texts inside (booleans); 0 where it is no more frequent there."""
    own = np.asarray(inside.astype(float) @ found.present)
    total = np.asarray(found.present.sum(axis=0))
    size = max(int(inside.sum()), 1)
    rarity = np.log1p(total.sum() / 2 / np.maximum(total, 1))
    more = own / size > (total - own) / max(len(inside) - size, 1)
    return np.where(more, own / max(own.sum(), 1) * rarity, 0.0).round(12)


def _texts(positions: Ints, answers: Answers, most: int) -> list[str]:
    return [asked(answers.samples[i]) for i in _spread(positions, most)]


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
