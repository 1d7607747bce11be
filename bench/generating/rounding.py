"""Random mixtures, and how others would serve them: floor rounding and DPE's back-fill, written
anew from their descriptions.

    draw(7)    19 cells, 311 samples, the 4th cell starved because its gate rejects everything
    floor_rounding(draw(7), attempts=40)    Result(wrong=9, wanted=311)

    floor rounding    each cell gets ⌊share × budget⌋ samples, and as many attempts as here
    DPE's back-fill   twice as many candidates as the floor of the quota are drawn at once; where
                      fewer pass, rejected ones of the cell take their places. It is right in
                      number as far as rounding goes; what it lets in against its own filter is the
                      error, and is counted.
"""

import math
import random
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from generation.plan import largest_remainder

SEED: Final = 551
Starving = Literal["source", "gate", "nobody"]
STARVED_BY: Final[tuple[Starving, ...]] = ("source", "gate", "nobody")
"""Its source fails, its gate rejects everything, or no source makes it."""
HIGHEST: Final = 0.6
"""Rate of rejection; 40 attempts leave a slot open once in 7e8."""


@dataclass(frozen=True)
class Draw:
    """One mixture and how likely its cells reject."""

    number: int
    budget: int
    shares: tuple[float, ...]
    rates: tuple[float, ...]
    """Of rejection, by cell."""
    starved: int | None = None
    """Which cell nothing can fill."""
    by: Starving = "source"
    """Why."""

    def rejects(self, cell: int, slot: int, attempt: int) -> bool:
        """Whether this candidate is rejected, by the draw's own chance."""
        if cell == self.starved:
            return True
        about = f"{SEED}/{self.number}/{cell}/{slot}/{attempt}"
        return random.Random(about).random() < self.rates[cell]


@dataclass(frozen=True)
class Result:
    """What came of a draw."""

    wrong: int
    """Samples missing or too many, the starved cell left aside."""
    wanted: int
    explained: bool = True
    """Whether the starved cell, if there is one, is open with its own cause, and no other is."""


def draw(number: int) -> Draw:
    """The draw of a number; odd ones have a starved cell."""
    rng = np.random.default_rng([SEED, number])
    cells = int(rng.integers(3, 31))
    return Draw(
        number=number,
        budget=int(rng.integers(50, 601)),
        shares=tuple(rng.dirichlet(np.ones(cells)).tolist()),
        rates=tuple(rng.uniform(0.0, HIGHEST, cells).tolist()),
        starved=int(rng.integers(cells)) if number % 2 else None,
        by=STARVED_BY[number // 2 % 3],
    )


def floor_rounding(drawn: Draw, attempts: int) -> Result:
    """Quotas rounded down; a slot is given up after so many attempts."""
    wrong = 0
    for cell, quota in wanted(drawn):
        slots = range(math.floor(drawn.shares[cell] * drawn.budget))
        found = sum(not all(drawn.rejects(cell, s, a) for a in range(attempts)) for s in slots)
        wrong += abs(quota - found)
    return Result(wrong, drawn.budget)


def back_fill(drawn: Draw) -> Result:
    """Quotas rounded down, two candidates a place, rejected ones where too few pass: samples that
    are missing, and those that the filter had rejected.
    """
    wrong = 0
    for cell, quota in wanted(drawn):
        places = math.floor(drawn.shares[cell] * drawn.budget)
        passed = sum(not drawn.rejects(cell, slot, a) for slot in range(places) for a in range(2))
        wrong += quota - places + max(0, places - passed)
    return Result(wrong, drawn.budget)


def wanted(drawn: Draw) -> list[tuple[int, int]]:
    """(cell, quota) of all but the starved cell."""
    quotas = largest_remainder(drawn.budget, drawn.shares)
    return [(cell, quota) for cell, quota in enumerate(quotas) if cell != drawn.starved]
