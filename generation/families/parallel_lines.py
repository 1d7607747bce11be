"""Whether two lines are parallel: "Are the lines a and b parallel?" → `no`, where they differ by 9
degrees at least."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.family import Family
from generation.picture import knobs


@dataclass(frozen=True)
class TwoLines:
    """Directions in degrees, and half the distance of their middles in units."""

    a: int
    b: int
    apart: int

    @property
    def content(self) -> str:
        return f"lines a={self.a} b={self.b} apart {2 * self.apart}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        way = math.radians((self.a + self.b) / 2 + 90)
        boxes = {}
        for name, angle, side in (("a", self.a, 1), ("b", self.b, -1)):
            x = 224 + side * self.apart * math.cos(way)
            y = 224 + side * self.apart * math.sin(way)
            dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            ends = [(x - 125 * dx, y - 125 * dy), (x + 125 * dx, y + 125 * dy)]
            boxes[name] = plate.line(ends, plate.ink, 3)
            plate.text(x + 145 * dx, y + 145 * dy, name, 22, face="serif")
        return boxes


class ParallelLines(FigureFamily[TwoLines]):
    capability = "geometry"
    image_type = "geometric"
    answer_kind = "yes_no"
    conditions = knobs(lines=("parallel", "not_parallel"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> TwoLines:
        angle, apart = rng.randrange(360), rng.randint(40, 90)
        off = 0 if condition["lines"] == "parallel" else rng.choice((-1, 1)) * rng.randint(9, 25)
        return TwoLines(angle, angle + off, apart)

    def ask(
        self, rng: random.Random, figure: TwoLines, condition: Mapping[str, str]
    ) -> Asked | None:
        yes = figure.a == figure.b
        return Asked("Are the lines a and b parallel?", "yes" if yes else "no", ("a", "b"))


PLUGIN: Final[Family] = ParallelLines()
