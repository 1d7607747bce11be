"""Parts of a category by what its questions are about: clusters of their texts, named by words.

    {"topic": "angle, triangle, degrees"}

Texts are clustered by the stems of their content words, a stem being a word's first five letters,
so that `angle` and `angles` are one. A cluster is named by the words that class-based TF-IDF finds
for it; one that no word tells from the rest of its category is dropped.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import scipy.sparse as sp

from diagnostics.answers import Ints
from diagnostics.slices.clusters import clusters
from diagnostics.slices.naming import class_tfidf, is_keyword
from diagnostics.slices.slice import Slice
from diagnostics.slices.texts import Counted, is_content, size

STEM: Final = 5
"""Letters of a word that its stem keeps."""
WORDS: Final = 3
"""Words in a topic's name."""
LONGEST_NAME: Final = 10
"""Words where shorter names are taken."""


def stems(texts: Counted) -> Counted:
    """Content terms with words cut to their stems."""
    columns = [j for j, term in enumerate(texts.terms) if is_content(term)]
    cut = [" ".join(w[:STEM] for w in texts.terms[j].split(" ")) for j in columns]
    names, number = np.unique(np.array(cut, dtype=object), return_inverse=True)
    shape = (len(texts.terms), len(names))
    onto = sp.csr_array((np.ones(len(columns)), (columns, number)), shape=shape)
    merged = sp.csr_array(texts.present @ onto)
    merged.data[:] = 1.0
    return Counted(merged, tuple(names.tolist()))


def topics(
    category: Slice, own: Counted, stemmed: Counted, fewest: int, starts: int
) -> Iterator[Slice]:
    """`own`, `stemmed`: terms and stems of the category's texts, in the order of its members."""
    found = clusters(stemmed.present[:, np.flatnonzero(stemmed.frequency > 1)], fewest, starts)
    taken: set[str] = set()
    for members, words in zip(found, _words(found, own), strict=True):
        name = _name(words, taken)
        if name:
            taken.add(name)
            yield category.part(category.members[members], {"topic": name}, "topic")


def _words(found: list[Ints], own: Counted) -> Iterator[list[str]]:
    """Per cluster, the words that tell it from the others, the strongest first."""
    columns = np.array([j for j, term in enumerate(own.terms) if is_keyword(term)], dtype=int)
    texts = size(own.present)[0]
    part, inside = own.of(np.arange(texts), columns), np.zeros((len(found), texts))
    for row, members in enumerate(found):
        inside[row, members] = 1.0
    for score in class_tfidf(part, inside):
        order = np.argsort(-score, kind="stable")[:LONGEST_NAME]
        yield [part.terms[j] for j in order.tolist() if score[j] > 0]


def _name(words: list[str], taken: set[str]) -> str:
    """The first words that are no other cluster's name; empty if all are."""
    names = (", ".join(words[:n]) for n in range(min(WORDS, len(words)), len(words) + 1))
    return next((name for name in names if name not in taken), "")
