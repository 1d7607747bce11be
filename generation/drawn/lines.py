"""Line charts: one to four coloured lines over months, their values on multiples of five.

>>> compose_lines(random.Random(0), series=2, months=3).content
'lines Jul Aug Sep: blue=70 45 80; orange=10 85 65'
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from generation.canvas import Box
from generation.drawn.axes import Axes, compose_area, legend
from generation.drawn.plate import Plate
from generation.drawn.words import SHORT_MONTHS, TINTS, distinct

APART = 10
"""Two lines are never nearer than this above the same month."""

_NAMES = ("red", "green", "blue", "orange", "purple", "brown")


@dataclass(frozen=True)
class LineChart:
    """The months from left to right, the values of each line by its colour."""

    months: tuple[str, ...]
    lines: Mapping[str, tuple[int, ...]]

    @property
    def content(self) -> str:
        said = "; ".join(f"{c}={' '.join(map(str, v))}" for c, v in self.lines.items())
        return f"lines {' '.join(self.months)}: {said}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        axes = Axes(compose_area(rng), 100, 10)
        axes.paint(plate, self.months)
        legend(plate, [(name, TINTS[name]) for name in self.lines])
        xs, boxes = axes.slots(len(self.months)), {}
        for name, values in self.lines.items():
            at = [(x, axes.y(value)) for x, value in zip(xs, values, strict=True)]
            plate.line(at, TINTS[name], 2.5)
            for month, (x, y) in zip(self.months, at, strict=True):
                plate.disc(x, y, 5, TINTS[name])
                boxes[f"{name} {month}"] = (x - 8, y - 8, x + 8, y + 8)
        return boxes


def compose_lines(rng: random.Random, series: int, months: int) -> LineChart:
    """A chart of so many lines over consecutive months."""
    first = rng.randint(0, len(SHORT_MONTHS) - months)
    columns = [_apart(rng, series) for _ in range(months)]
    lines = {
        name: tuple(column[i] for column in columns)
        for i, name in enumerate(distinct(rng, _NAMES, series))
    }
    return LineChart(SHORT_MONTHS[first : first + months], lines)


def _apart(rng: random.Random, count: int) -> list[int]:
    """Values none of which is within APART of another."""
    while True:
        values = distinct(rng, range(5, 100, 5), count)
        ranked = sorted(values)
        if all(b - a >= APART for a, b in pairwise(ranked)):
            return values
