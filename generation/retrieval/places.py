"""Which candidate of a cell's ranking a place gets.

A place is one attempt of one slot, read from `Want.seed`:

    7/0/train/counting/chart_graph bars=4/12/1      round 0, slot 12, attempt 1

It is dealt by these numbers alone, whoever else is served. Of a quota of 100, slot 12 gets the
12th of the ranking, at its next attempt the 112th. A later round begins further down, since the
top went into the training sets of earlier ones, and comes round to it in the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from generation.source import Want

ROUND: Final = 4
"""Attempts of all slots by which a later round begins further down."""


@dataclass(frozen=True)
class Place:
    """One attempt of one slot."""

    round: int
    number: int
    attempt: int
    quota: int


def place(want: Want) -> Place:
    """Where a want stands."""
    _, round_, slot = want.seed.split("/", 2)
    _, number, attempt = slot.rsplit("/", 2)
    return Place(int(round_), int(number), int(attempt), want.cell.quota)


def dealt(at: Place, total: int, each: int = 1) -> Iterator[int]:
    """Numbers in a ranking of `total` candidates that belong to a place, at most `each`; none when
    the ranking is used up. No two places of a cell and round share any.

    >>> [list(dealt(Place(0, n, 0, quota=2), total=5, each=2)) for n in (0, 1)]
    [[0, 2], [1, 3]]
    >>> [list(dealt(Place(1, n, 0, quota=2), total=5)) for n in (0, 1)]
    [[3], [4]]
    """
    first = at.round * ROUND * at.quota * each
    start = at.attempt * at.quota * each + at.number
    for number in range(start, start + at.quota * each, at.quota):
        if number < total:
            yield (first + number) % total
