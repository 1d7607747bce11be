"""Reading a clock with two hands, to the quarter of an hour: "What time does the clock show?" →
`4:15`."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from generation.canvas import Box, Part, dark, pen, sheet, to_pixels
from generation.family import Family
from generation.picture import PictureFamily, Question

_HOUR_HAND: Final = 0.5
_MINUTE_HAND: Final = 0.85
"""Lengths of the hands as shares of the dial's radius."""


@dataclass(frozen=True)
class Clock:
    """A dial with twelve strokes; x and y are its middle."""

    hour: int
    minute: int
    x: float
    y: float
    radius: float

    @property
    def time(self) -> str:
        return f"{self.hour}:{self.minute:02d}"

    @property
    def content(self) -> str:
        return f"clock {self.time}"

    @property
    def box(self) -> Box:
        r = self.radius
        return self.x - r, self.y - r, self.x + r, self.y + r

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part({"clock": self.time}, self.box),)

    def paint(self, rng: random.Random, size: int) -> Image.Image:
        image, color = sheet(rng, size), dark(rng)
        drawer, width = pen(image), max(1, round(size / 48))
        drawer.ellipse(to_pixels(self.box, size), outline=color, width=width)
        for stroke in range(12):
            self._ray(drawer, stroke / 12, (0.85, 1.0), color, size, width)
        past = self.minute / 60
        self._ray(drawer, (self.hour + past) / 12, (0, _HOUR_HAND), color, size, 2 * width)
        self._ray(drawer, past, (0, _MINUTE_HAND), color, size, width)
        return image

    def _ray(
        self,
        drawer: ImageDraw.ImageDraw,
        turn: float,
        reach: tuple[float, float],
        color: tuple[int, int, int],
        size: int,
        width: int,
    ) -> None:
        """A line from the middle outwards, `turn` of a full circle after twelve o'clock."""
        dx, dy = math.sin(2 * math.pi * turn), -math.cos(2 * math.pi * turn)
        ends = [
            (size * (self.x + dx * self.radius * r), size * (self.y + dy * self.radius * r))
            for r in reach
        ]
        drawer.line(ends, fill=color, width=width)


class ClockReading(PictureFamily[Clock]):
    capability = "clock_reading"
    image_type = "diagram"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Clock:
        radius = rng.uniform(0.36, 0.44)
        x, y = (rng.uniform(radius + 0.02, 0.98 - radius) for _ in "xy")
        return Clock(rng.randint(1, 12), rng.choice((0, 15, 30, 45)), x, y, radius)

    def ask(
        self, rng: random.Random, picture: Clock, condition: Mapping[str, str]
    ) -> Question | None:
        return Question("What time does the clock show?", picture.time, evidence=(picture.box,))


PLUGIN: Final[Family] = ClockReading()
