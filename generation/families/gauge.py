"""Reading a round gauge: "What value does the gauge show?" → `65`; its pointer stands on a stroke,
labelled or between two labels."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS
from generation.family import Family
from generation.picture import knobs

Point = tuple[float, float]
STEPS: Final = {"labelled": 1, "between": 5}
"""Strokes from one label to the next."""


@dataclass(frozen=True)
class Gauge:
    """`top` at the end of a scale of ten labels; the pointer at `value`."""

    top: int
    strokes: int
    value: int

    @property
    def content(self) -> str:
        return f"gauge 0 to {self.top} in {10 * self.strokes} strokes at {self.value}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        x, y, r = rng.uniform(214, 234), rng.uniform(214, 234), rng.uniform(150, 160)
        dial = plate.ellipse((x - r, y - r, x + r, y + r), (252, 252, 252), plate.ink, 3)
        for stroke in range(10 * self.strokes + 1):
            major = stroke % self.strokes == 0
            share, inner = stroke / (10 * self.strokes), 0.84 if major else 0.89
            ends = [_at((x, y), share, r * reach) for reach in (inner, 0.95)]
            plate.line(ends, plate.ink, 2.5 if major else 1.2)
            if major:
                label = str(round(self.top * share))
                plate.text(*_at((x, y), share, r * 1.16), label, 16)
        tip = _at((x, y), self.value / self.top, r * 0.86)
        plate.line([(x, y), tip], TINTS["red"], 4)
        plate.disc(x, y, 9, plate.ink)
        return {"dial": dial}


def _at(middle: Point, share: float, reach: float) -> Point:
    """Where the scale, from the lower left over the top to the lower right, is at `share`."""
    angle = math.radians(135 + 270 * share)
    return middle[0] + reach * math.cos(angle), middle[1] + reach * math.sin(angle)


class GaugeReading(FigureFamily[Gauge]):
    capability = "clock_reading"
    image_type = "diagram"
    answer_kind = "number"
    conditions = knobs(pointer=tuple(STEPS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Gauge:
        top = rng.choice((50, 100, 150, 200, 250, 500))
        strokes = STEPS[condition["pointer"]]
        return Gauge(top, strokes, rng.randint(0, 10 * strokes) * top // (10 * strokes))

    def ask(self, rng: random.Random, figure: Gauge, condition: Mapping[str, str]) -> Asked | None:
        labelled = figure.value % (figure.top // 10) == 0
        if labelled != (condition["pointer"] == "labelled"):
            return None
        return Asked("What value does the gauge show?", str(figure.value), ("dial",))


PLUGIN: Final[Family] = GaugeReading()
