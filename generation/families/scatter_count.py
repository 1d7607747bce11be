"""Counting the points of a scatter plot on one side of a value: "How many points lie above 60?" →
`4`; no point is near that value or touches another."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.axes import Axes, compose_area
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS
from generation.family import Family
from generation.picture import knobs

POINTS: Final = {"few": (4, 7), "many": (11, 16)}
_CLEAR: Final = 4
"""Least distance of a point from the value asked for."""
_APART: Final = 6


@dataclass(frozen=True)
class Scatter:
    """Points by (x, y), each from 0 to 100."""

    points: tuple[tuple[int, int], ...]

    @property
    def content(self) -> str:
        return f"scatter {' '.join(f'{x},{y}' for x, y in sorted(self.points))}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        axes = Axes(compose_area(rng), 100, 20)
        axes.paint(plate, ())
        left, _, right, lower = axes.area
        for value in range(0, 101, 20):
            x = left + (right - left - 12) * value / 100
            plate.line([(x, lower), (x, lower + 5)], plate.ink)
            plate.text(x, lower + 17, str(value), 16)
        tint = TINTS[rng.choice(("red", "green", "blue", "purple", "brown"))]
        boxes = {}
        for x, y in self.points:
            at = left + (right - left - 12) * x / 100, axes.y(y)
            boxes[f"{x},{y}"] = plate.disc(*at, 6, tint)
        return boxes


class ScatterCount(FigureFamily[Scatter]):
    capability = "counting"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(points=tuple(POINTS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scatter:
        count, points = rng.randint(*POINTS[condition["points"]]), list[tuple[int, int]]()
        while len(points) < count:
            x, y = rng.randint(4, 96), rng.randint(4, 96)
            if all(max(abs(x - a), abs(y - b)) >= _APART for a, b in points):
                points.append((x, y))
        return Scatter(tuple(points))

    def ask(
        self, rng: random.Random, figure: Scatter, condition: Mapping[str, str]
    ) -> Asked | None:
        limit = rng.choice((20, 40, 60, 80))
        if any(abs(y - limit) < _CLEAR for _, y in figure.points):
            return None
        side = rng.choice(("above", "below"))
        found = [(x, y) for x, y in figure.points if (y > limit) == (side == "above")]
        text = f"How many points lie {side} the value {limit} of the vertical axis?"
        return Asked(text, str(len(found)), tuple(f"{x},{y}" for x, y in found))


PLUGIN: Final[Family] = ScatterCount()
