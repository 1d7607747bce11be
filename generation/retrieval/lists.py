"""The ranked list of a cell's candidates, made as far as it is asked for.

    ranked = hybrid(index, cell, among, tiers)
    ranked[12]       number of the candidate that comes 12th for this cell

The best tier comes first; within one the index ranks, and yes/no questions take turns by their
answers: what is searched for may fit one answer alone ("noticing that something is absent"), and
who is trained on that says it always. Retrieved so, 117 questions of one answer took the demo's
model from 100 % to 0 % of the questions with the other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

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


def hybrid(
    index: Index,
    cell: PlanCell,
    among: Ints,
    tiers: Sequence[tuple[int, int]],
    answers: Mapping[int, str] = MappingProxyType({}),
) -> Ranked:
    """Candidates `among` the index's texts, each with its tier, the greatest first; `answers` of
    those, by number, that take turns.
    """
    found = index.search(query(cell), among)

    def pages() -> Iterator[Ints]:
        for tier in sorted(set(tiers), reverse=True):
            own = np.array([i for i, each in enumerate(tiers) if each == tier], dtype=np.int64)
            for page in in_order(index, among[own], found.part(own), cell.quota):
                yield alternating(page, answers)

    return Ranked(len(among), pages())


def alternating(page: Ints, answers: Mapping[int, str]) -> Ints:
    """The page with its places of such candidates dealt to their answers in turn, each answer's
    first one first; all others stay where they are.

    >>> alternating(np.array([4, 5, 6, 7]), {4: "no", 5: "no", 7: "yes"}).tolist()
    [4, 7, 6, 5]
    """
    places = [place for place, number in enumerate(page.tolist()) if number in answers]
    met: Counter[str] = Counter()
    turns: list[tuple[int, int]] = []
    for place in places:
        answer = answers[int(page[place])]
        turns.append((met[answer], place))
        met[answer] += 1
    dealt = page.copy()
    dealt[places] = page[[place for _, place in sorted(turns)]]
    return dealt


def shuffled(seed: str, among: Ints, ids: Sequence[str]) -> Ranked:
    """The same candidates in an order that nothing but a seed text and their `ids` decide."""
    numbers = {f"{seed}/{id_}": number for number, id_ in enumerate(ids)}
    order = [numbers[name] for name in in_hash_order(numbers)]
    return Ranked(len(among), iter([among[order]]))
