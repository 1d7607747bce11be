"""The rate of a drawn rhythm strip of six seconds: beats × 10 → `70`; the beats are what is to be
seen.

It is a drawing in the manner of an ECG strip: an even or uneven row of the same made-up beat. It is
not clinical data and teaches no diagnosis.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.family import Family
from generation.picture import knobs

SECONDS: Final = 6
_BEAT: Final = (
    (-16, 0),
    (-11, -7),
    (-6, 0),
    (-3, 6),
    (0, -62),
    (3, 20),
    (6, 0),
    (13, -13),
    (20, 0),
)
"""Units across and down from the tip of a beat."""
_WIDTH: Final = 54.0
"""Hundredths of a second that a beat takes."""


@dataclass(frozen=True)
class Strip:
    """When the beats come, in hundredths of a second."""

    beats: tuple[int, ...]

    @property
    def content(self) -> str:
        return f"strip {' '.join(map(str, self.beats))}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        left, right, y = 14.0, 434.0, rng.uniform(190, 260)
        top, bottom, step = y - 110, y + 80, (right - left) / 30
        tint = rng.choice(((246, 196, 196), (190, 216, 240)))
        plate.rectangle((left, top, right, bottom), fill=(255, 252, 250))
        for i in range(31):
            x, thick = left + i * step, 2.2 if i % 5 == 0 else 0.8
            plate.line([(x, top), (x, bottom)], tint, thick)
        for i in range(int((bottom - top) / step) + 1):
            plate.line([(left, top + i * step), (right, top + i * step)], tint, 0.8)
        points, boxes = [(left, y)], dict[str, Box]()
        for i, beat in enumerate(self.beats):
            x = left + (right - left) * beat / (100 * SECONDS)
            points += [(x + dx, y + dy) for dx, dy in _BEAT]
            boxes[str(i)] = (x - 10, y - 66, x + 10, y + 24)
        plate.line([*points, (right, y)], plate.ink, 2.2)
        plate.line([(left, bottom + 22), (right, bottom + 22)], plate.ink, 2)
        for x in (left, right):
            plate.line([(x, bottom + 14), (x, bottom + 30)], plate.ink, 2)
        boxes["span"] = plate.text(224, bottom + 44, f"{SECONDS} seconds", 18)
        return boxes


class PulseStrip(FigureFamily[Strip]):
    capability = "counting"
    image_type = "medical"
    answer_kind = "number"
    conditions = knobs(rhythm=("even", "uneven"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Strip:
        count = rng.randint(3, 10)
        slot = 100 * SECONDS / count
        if condition["rhythm"] == "uneven":
            most = min(0.3 * slot, (slot - _WIDTH) / 2)
            times = [slot * (i + 0.5) + rng.uniform(-most, most) for i in range(count)]
        else:
            gap = rng.uniform(max(_WIDTH, 0.85 * slot), slot)
            first = rng.uniform(_WIDTH / 2, 100 * SECONDS - _WIDTH / 2 - gap * (count - 1))
            times = [first + gap * i for i in range(count)]
        return Strip(tuple(map(round, times)))

    def ask(self, rng: random.Random, figure: Strip, condition: Mapping[str, str]) -> Asked | None:
        text = (
            f"The strip is a drawing of {SECONDS} seconds of heartbeats. "
            "At that rate, how many beats are there in one minute?"
        )
        count = len(figure.beats)
        target = str(count * 60 // SECONDS)
        return Asked(text, target, (*(str(i) for i in range(count)), "span"))


PLUGIN: Final[Family] = PulseStrip()
