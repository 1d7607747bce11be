"""The ranked list of a cell's candidates, made as far as it is asked for.

    ranked = hybrid(index, cell, among, tiers)
    ranked[12]       number of the candidate that comes 12th for this cell

The best tier comes first; within one the index ranks.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from blindspot.core.training_set import PlanCell
from generation.retrieval.index import Index, in_order
from generation.retrieval.matching import query
from generation.retrieval.ranking import Ints
from generation.retrieval.tables import in_hash_order


class Ranked:
    """Numbers of candidates, the best first."""

    def __init__(self, total: int, pages: Iterator[Ints]) -> None:
        self.total = total
        self._pages = pages
        self._known: list[int] = []

    def __getitem__(self, place: int) -> int:
        while len(self._known) <= place:
            self._known.extend(next(self._pages).tolist())
        return self._known[place]


def hybrid(index: Index, cell: PlanCell, among: Ints, tiers: Sequence[tuple[int, int]]) -> Ranked:
    """Candidates `among` the index's texts, each with its tier, the greatest first."""
    found = index.search(query(cell), among)

    def pages() -> Iterator[Ints]:
        for tier in sorted(set(tiers), reverse=True):
            own = np.array([i for i, each in enumerate(tiers) if each == tier], dtype=np.int64)
            yield from in_order(index, among[own], found.part(own), cell.quota)

    return Ranked(len(among), pages())


def shuffled(seed: str, among: Ints, ids: Sequence[str]) -> Ranked:
    """The same candidates in an order that nothing but a seed text and their `ids` decide."""
    numbers = {f"{seed}/{id_}": number for number, id_ in enumerate(ids)}
    order = [numbers[name] for name in in_hash_order(numbers)]
    return Ranked(len(among), iter([among[order]]))
