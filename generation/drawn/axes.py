"""The frame of a plot: a vertical axis from 0 to a round number, names or numbers along the bottom.

>>> axes = Axes((60.0, 40.0, 430.0, 390.0), top=100, step=20)
>>> axes.y(50)
215.0
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from generation.canvas import Box, Ink
from generation.drawn.plate import Plate

GRID: Ink = (205, 205, 205)


@dataclass(frozen=True)
class Axes:
    """Where the plotting area stands, in units, and its vertical scale."""

    area: Box
    top: int
    """Value at the upper edge."""
    step: int
    """Between two labelled values."""

    def y(self, value: float) -> float:
        _, upper, _, lower = self.area
        return lower - (lower - upper) * value / self.top

    def slots(self, count: int) -> list[float]:
        """Middles of `count` equal parts of the width."""
        left, _, right, _ = self.area
        return [left + (right - left) * (i + 0.5) / count for i in range(count)]

    def paint(self, plate: Plate, names: Sequence[str], grid: bool = True) -> None:
        """Both axes, the values beside them, `names` in the middles of their parts."""
        left, upper, right, lower = self.area
        for value in range(0, self.top + 1, self.step):
            y = self.y(value)
            if grid and value:
                plate.line([(left, y), (right, y)], GRID, 1)
            plate.line([(left - 5, y), (left, y)], plate.ink)
            plate.text(left - 9, y, str(value), 16, anchor="rm")
        plate.line([(left, upper - 4), (left, lower), (right, lower)], plate.ink)
        for x, name in zip(self.slots(len(names)), names, strict=True):
            plate.text(x, lower + 15, name, 16)


def compose_area(rng: random.Random) -> Box:
    """A plotting area with room for the names below it and the legend above it."""
    left = rng.uniform(48, 58)
    return left, rng.uniform(62, 74), rng.uniform(424, 436), rng.uniform(396, 410)


def legend(plate: Plate, tints: Sequence[tuple[str, Ink]], y: float = 30) -> None:
    """The names of the colours in one row, each behind a mark."""
    wide = 400 / len(tints)
    for i, (name, tint) in enumerate(tints):
        x = 30 + i * wide
        plate.rectangle((x, y - 7, x + 14, y + 7), fill=tint)
        plate.text(x + 20, y, name, 16, anchor="lm")
