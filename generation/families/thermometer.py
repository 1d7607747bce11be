"""Reading a drawn thermometer: "What temperature … does the thermometer show?" → `-12`; the column
ends at a stroke."""

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


@dataclass(frozen=True)
class Thermometer:
    """A scale of five labels of ten degrees each from `low`; the column at `value`."""

    low: int
    step: int
    """Degrees between two strokes."""
    value: int

    @property
    def content(self) -> str:
        return f"thermometer {self.low} to {self.low + 50} by {self.step} at {self.value}"

    def y(self, degrees: float) -> float:
        return 360 - (degrees - self.low) * 320 / 50

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        x, red = rng.uniform(120, 320), TINTS[rng.choice(("red", "blue"))]
        plate.rounded((x - 20, 20, x + 20, 410), 20, (250, 252, 255), (90, 90, 90))
        plate.disc(x, 398, 30, red, (90, 90, 90))
        plate.rectangle((x - 8, self.y(self.value), x + 8, 398), fill=red)
        for degrees in range(self.low, self.low + 51, self.step):
            long = 20 if degrees % 10 == 0 else 11
            plate.line([(x + 24, self.y(degrees)), (x + 24 + long, self.y(degrees))], plate.ink)
            if degrees % 10 == 0:
                plate.text(x + 52, self.y(degrees), str(degrees), 17, anchor="lm")
        plate.text(x - 58, 40, "°C", 22, face="bold")
        top = self.y(self.value)
        return {"top": (x - 20, top - 12, x + 90, top + 12)}


class ThermometerReading(FigureFamily[Thermometer]):
    capability = "clock_reading"
    image_type = "everyday_object"
    answer_kind = "number"
    conditions = knobs(strokes=("every_5", "every_2", "every_1"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Thermometer:
        step, low = int(condition["strokes"][-1]), rng.choice((-30, -20, -10, 0, 10))
        return Thermometer(low, step, rng.randrange(low + step, low + 50, step))

    def ask(
        self, rng: random.Random, figure: Thermometer, condition: Mapping[str, str]
    ) -> Asked | None:
        text = "What temperature in degrees Celsius does the thermometer show?"
        return Asked(text, str(figure.value), ("top",))


PLUGIN: Final[Family] = ThermometerReading()
