"""Parts of a category by a word or two neighbouring words that its questions have.

    {"wording": "how many"}

A term that at most half of the category's questions have, and that is more than one word of grammar
or one letter, makes a slice; a benchmark's name makes none.
"""

from collections.abc import Collection, Iterator

import numpy as np

from diagnostics.slices.slice import Slice
from diagnostics.slices.texts import Counted, is_content, words


def wordings(
    category: Slice, own: Counted, fewest: int, benchmarks: Collection[str]
) -> Iterator[Slice]:
    """`own`: terms of the category's texts, in the order of its members."""
    rows = own.present.tocsc()
    names = {" ".join(words(name)) for name in benchmarks}
    frequent = (own.frequency >= fewest) & (own.frequency <= len(category.members) / 2)
    for j in np.flatnonzero(frequent).tolist():
        term = own.terms[j]
        if term not in names and (" " in term or is_content(term)):
            members = category.members[np.sort(rows.indices[rows.indptr[j] : rows.indptr[j + 1]])]
            yield category.part(members, {"wording": term}, "wording")
