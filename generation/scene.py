"""Scenes: one to six coloured shapes on a sheet, every colour at most once, nothing overlapping.

>>> compose_scene(random.Random(0), counts=(2,)).content
'large blue square top left, small red circle bottom right'
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from generation.canvas import COLORS, Box, Ink, Part, ink, pen, sheet, to_pixels

SHAPES: Final = ("circle", "square", "triangle")

MARGIN: Final = 0.06
"""Nothing stands nearer to the middle lines than this, so that left, right, top and bottom are
plain to see."""

_GAP: Final = 0.02
_RADII: Final = {"large": (0.165, 0.2), "small": (0.095, 0.12)}
_CROWDED_RADII: Final = {"large": (0.15, 0.165), "small": (0.085, 0.105)}
_CROWD: Final = 4
_TRIES: Final = 40


@dataclass(frozen=True)
class Thing:
    """One shape of a scene; x and y are its middle, `radius` half its height."""

    color: str
    shape: str
    grade: str
    """`large` or `small`."""
    x: float
    y: float
    radius: float

    @property
    def side(self) -> str:
        return "left" if self.x < 0.5 else "right"

    @property
    def level(self) -> str:
        return "top" if self.y < 0.5 else "bottom"

    @property
    def words(self) -> str:
        return f"{self.grade} {self.color} {self.shape} {self.level} {self.side}"

    @property
    def box(self) -> Box:
        r = self.radius
        return self.x - r, self.y - r, self.x + r, self.y + r

    @property
    def part(self) -> Part:
        return Part({"color": self.color, "shape": self.shape, "grade": self.grade}, self.box)

    def paint(self, drawer: ImageDraw.ImageDraw, color: Ink, size: int) -> None:
        x0, y0, x1, y1 = to_pixels(self.box, size)
        if self.shape == "circle":
            drawer.ellipse((x0, y0, x1, y1), fill=color)
        elif self.shape == "square":
            drawer.rectangle((x0, y0, x1, y1), fill=color)
        else:
            drawer.polygon([((x0 + x1) / 2, y0), (x0, y1), (x1, y1)], fill=color)

    def touches(self, other: "Thing") -> bool:
        apart = max(abs(self.x - other.x), abs(self.y - other.y))
        return apart < self.radius + other.radius + _GAP


@dataclass(frozen=True)
class Scene:
    """The things of one picture."""

    things: tuple[Thing, ...]

    @property
    def content(self) -> str:
        return ", ".join(sorted(thing.words for thing in self.things))

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(thing.part for thing in self.things)

    @property
    def missing_colors(self) -> list[str]:
        present = {thing.color for thing in self.things}
        return [color for color in COLORS if color not in present]

    def of_shape(self, shape: str) -> list[Thing]:
        return [thing for thing in self.things if thing.shape == shape]

    def has(self, color: str, shape: str) -> bool:
        return any((thing.color, thing.shape) == (color, shape) for thing in self.things)

    def paint(self, rng: random.Random, size: int) -> Image.Image:
        image = sheet(rng, size)
        for thing in self.things:
            thing.paint(pen(image), ink(rng, thing.color), size)
        return image


def compose_scene(rng: random.Random, counts: Sequence[int]) -> Scene:
    """A scene of as many things as one of `counts` says (at most six: one per colour)."""
    count = rng.choice(counts)
    while True:
        things: list[Thing] = []
        for color in rng.sample(list(COLORS), count):
            thing = _place(rng, color, things, count)
            if thing is None:
                break
            things.append(thing)
        if len(things) == count:
            return Scene(tuple(things))


def _place(rng: random.Random, color: str, others: list[Thing], count: int) -> Thing | None:
    """A thing that touches none of `others`, or None where no room was found."""
    shape, radii = rng.choice(SHAPES), _CROWDED_RADII if count >= _CROWD else _RADII
    for _ in range(_TRIES):
        grade = rng.choice(("large", "small"))
        radius = rng.uniform(*radii[grade])
        thing = Thing(color, shape, grade, _aside(rng, radius), _aside(rng, radius), radius)
        if not any(thing.touches(other) for other in others):
            return thing
    return None


def _aside(rng: random.Random, radius: float) -> float:
    """A coordinate that leaves room for `radius` and is not near the middle."""
    while True:
        value = rng.uniform(radius + 0.01, 0.99 - radius)
        if abs(value - 0.5) >= MARGIN:
            return value
