"""Reading a drawn bedside monitor: "What heart rate does the monitor show?" → `72`.

It is a drawing of a monitor with numbers drawn at random: no patient, no clinical data, and nothing
in it is a sign of anything.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box, Ink
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.family import Family
from generation.picture import knobs

SIGNS: Final = {
    "heart_rate": ("HR", "What heart rate does the monitor show, in beats per minute?"),
    "oxygen": ("SpO2", "What oxygen saturation does the monitor show, in percent?"),
    "pressure": ("NIBP", "What blood pressure does the monitor show? Give it as printed."),
    "respiration": ("RESP", "What respiratory rate does the monitor show, per minute?"),
    "temperature": ("TEMP", "What temperature does the monitor show, in degrees Celsius?"),
}
_TINTS: Final[tuple[Ink, ...]] = (
    (90, 255, 120), (90, 220, 255), (255, 235, 90), (255, 160, 160), (235, 235, 235)
)  # fmt: skip


@dataclass(frozen=True)
class Monitor:
    """The readings by the label beside them, from the top."""

    readings: tuple[tuple[str, str], ...]

    @property
    def content(self) -> str:
        return f"monitor {'; '.join(f'{label} {value}' for label, value in self.readings)}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        plate.rounded((6, 20, 442, 428), 16, (70, 74, 80), (30, 30, 30))
        plate.rectangle((22, 36, 426, 412), fill=(8, 12, 16))
        boxes, high = {}, 370 / len(self.readings)
        for i, (label, value) in enumerate(self.readings):
            y, tint = 40 + high * (i + 0.5), _TINTS[i]
            self._wave(plate, rng, y, tint)
            plate.text(242, y, label, 17, tint, "sans", "lm")
            boxes[label] = plate.text(416, y, value, 27, tint, "sans", "rm")
            if i:
                plate.line([(30, y - high / 2), (418, y - high / 2)], (50, 58, 64), 1)
        return boxes

    def _wave(self, plate: Plate, rng: random.Random, y: float, tint: Ink) -> None:
        """A trace without meaning."""
        period, shape = rng.randint(30, 52), rng.choice(((0, 0, -22, 12, 0), (0, -12, -16, -8, 0)))
        points = [(32.0, y)]
        for start in range(32, 224 - period, period):
            for i, rise in enumerate(shape):
                points.append((start + period * (i + 1) / 6, y + rise))
        points.append((228.0, y))
        plate.line(points, tint, 2)


class VitalMonitor(FigureFamily[Monitor]):
    capability = "document_reading"
    image_type = "medical"
    conditions = knobs(sign=tuple(SIGNS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Monitor:
        upper = rng.randint(95, 165)
        readings = [
            ("HR", str(rng.randint(46, 145))),
            ("SpO2", str(rng.randint(80, 99))),
            ("NIBP", f"{upper}/{upper - rng.randint(30, 60)}"),
            ("RESP", str(rng.randint(9, 34))),
            ("TEMP", f"{rng.randint(35, 40)}.{rng.randint(0, 9)}"),
        ]
        rng.shuffle(readings)
        return Monitor(tuple(readings))

    def ask(
        self, rng: random.Random, figure: Monitor, condition: Mapping[str, str]
    ) -> Asked | None:
        label, text = SIGNS[condition["sign"]]
        return Asked(text, dict(figure.readings)[label], (label,))


PLUGIN: Final[Family] = VitalMonitor()
