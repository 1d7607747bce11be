"""Which candidate of a cell's ranking a place gets.

A place is one attempt of one slot, read from `Want.seed`:

    7/0/train/counting/chart_graph bars=4/12/1      round 0, slot 12, attempt 1

It is dealt by these numbers alone, whoever else is served. Of a quota of 100, slot 12 gets the
12th of the ranking, at its next attempt the 112th. A later round begins further down, since the
top went into the training sets of earlier ones, and comes round to it in the end.
"""

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


def dealt(at: Place, total: int) -> int | None:
    """The number, in a ranking of `total` candidates, of the one that a place gets; None when the
    ranking is used up. No two places of a cell and round get the same.

    >>> [dealt(Place(0, number, 1, quota=2), total=3) for number in (0, 1)]
    [2, None]
    >>> [dealt(Place(1, number, 0, quota=2), total=5) for number in (0, 1)]
    [3, 4]
    """
    number = at.attempt * at.quota + at.number
    return (at.round * ROUND * at.quota + number) % total if number < total else None


def choice(at: Place, total: int) -> range:
    """The numbers among which a place may choose, where a topic of its own decides: of all that
    fall to its slot the first half at the first attempt, half of the rest at the next, and so on.
    No two places of a cell and round share any; in a later round slots change places.

    >>> [list(choice(Place(0, 1, attempt, quota=10), total=60)) for attempt in range(4)]
    [[1, 11, 21], [31, 41], [51], []]
    """
    own = range((at.number + at.round) % at.quota, total, at.quota)
    for _ in range(at.attempt):
        own = own[(len(own) + 1) // 2 :]
    return own[: (len(own) + 1) // 2]
