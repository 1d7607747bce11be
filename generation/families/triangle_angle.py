"""The third angle of a triangle whose other two are given, or of an isosceles one by its apex →
`65`; drawn to scale."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate, around
from generation.family import Family
from generation.picture import knobs

Point = tuple[float, float]


@dataclass(frozen=True)
class Triangle:
    """Angles in degrees at A, B and C, which one is asked for, and the turn of the figure."""

    angles: tuple[int, int, int]
    hidden: int
    isosceles: bool
    """Whether the sides at C are marked equal and only the angle at C is given."""
    turn: int

    @property
    def content(self) -> str:
        kind = "isosceles triangle" if self.isosceles else "triangle"
        return f"{kind} A={self.angles[0]} B={self.angles[1]} C={self.angles[2]}"

    @property
    def corners(self) -> list[Point]:
        """On a circle about the middle: an angle at the rim is half of the arc across it."""
        a, _, c = self.angles
        arcs = (0, 2 * c, 2 * c + 2 * a)
        ways = [math.radians(self.turn + arc) for arc in arcs]
        return [(224 + 160 * math.cos(way), 224 + 160 * math.sin(way)) for way in ways]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        corners = self.corners
        plate.polygon(corners, fill=(224, 232, 240), outline=plate.ink)
        boxes = {"triangle": around(corners)}
        for i, name in enumerate("ABC"):
            outer = _along(corners[i], (224, 224), -24)
            plate.text(*outer, name, 18, face="bold")
            said = "?" if i == self.hidden else f"{self.angles[i]}°"
            if i == self.hidden or not self.isosceles or i == 2:
                boxes[name] = plate.text(*self._inside(i), said, 17)
        if self.isosceles:
            for i in (0, 1):
                _tick(plate, corners[2], corners[i])
        return boxes

    def _inside(self, i: int) -> Point:
        """Far enough into a corner for its label."""
        corner, others = self.corners[i], [c for j, c in enumerate(self.corners) if j != i]
        ways = [_along((0, 0), (o[0] - corner[0], o[1] - corner[1]), 1) for o in others]
        middle = ways[0][0] + ways[1][0], ways[0][1] + ways[1][1]
        reach = 22 / math.sin(math.radians(self.angles[i]) / 2)
        return _along(corner, (corner[0] + middle[0], corner[1] + middle[1]), max(36.0, reach))


def _along(start: Point, towards: Point, distance: float) -> Point:
    dx, dy = towards[0] - start[0], towards[1] - start[1]
    length = math.hypot(dx, dy)
    return start[0] + distance * dx / length, start[1] + distance * dy / length


def _tick(plate: Plate, one: Point, other: Point) -> None:
    """The stroke across a side that marks it as equal to another."""
    x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    dx, dy = _along((0, 0), (one[1] - other[1], other[0] - one[0]), 8)
    plate.line([(x - dx, y - dy), (x + dx, y + dy)], plate.ink, 2.5)


class TriangleAngle(FigureFamily[Triangle]):
    capability = "geometry"
    image_type = "geometric"
    answer_kind = "number"
    conditions = knobs(triangle=("general", "isosceles"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Triangle:
        turn = rng.randrange(360)
        if condition["triangle"] == "isosceles":
            base = rng.randint(36, 72)
            return Triangle((base, base, 180 - 2 * base), rng.choice((0, 1)), True, turn)
        a, b = rng.randint(32, 90), rng.randint(32, 90)
        return Triangle((a, b, 180 - a - b), rng.randrange(3), False, turn)

    def ask(
        self, rng: random.Random, figure: Triangle, condition: Mapping[str, str]
    ) -> Asked | None:
        if min(figure.angles) < 32:
            return None
        name = "ABC"[figure.hidden]
        given = "C" if figure.isosceles else "ABC".replace(name, "")
        text = f"How many degrees is the angle at {name}, marked with a question mark?"
        return Asked(text, str(figure.angles[figure.hidden]), (*given, name))


PLUGIN: Final[Family] = TriangleAngle()
