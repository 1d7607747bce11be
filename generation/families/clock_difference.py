"""How far a drawn alarm clock is ahead of a wall clock: 4:30 against 4:05 → `25` minutes."""

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

STEPS: Final = {"quarters": 15, "fives": 5, "minutes": 1}


@dataclass(frozen=True)
class TwoClocks:
    """Minutes after twelve of the clock with hands; how far the one with digits is ahead."""

    wall: int
    ahead: int

    @property
    def content(self) -> str:
        return f"clocks {_time(self.wall)} and {_time(self.wall + self.ahead)}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        x, y, r = rng.uniform(150, 298), rng.uniform(146, 156), rng.uniform(124, 134)
        rim = TINTS[rng.choice(("red", "blue", "green", "brown"))]
        wall = plate.ellipse((x - r, y - r, x + r, y + r), (253, 253, 250), rim, 7)
        for minute in range(60):
            _ray(plate, (x, y), minute / 60, (r * (0.86 if minute % 5 == 0 else 0.9), r * 0.94))
        for hour in range(1, 13):
            angle = math.radians(30 * hour)
            plate.text(
                x + r * 0.73 * math.sin(angle), y - r * 0.73 * math.cos(angle), str(hour), 16
            )
        _ray(plate, (x, y), self.wall / 720, (0, r * 0.42), 6)
        _ray(plate, (x, y), self.wall % 60 / 60, (0, r * 0.6), 3)
        plate.disc(x, y, 5, plate.ink)
        left = rng.uniform(60, 190)
        plate.rounded((left, 330, left + 200, 420), 14, (60, 60, 66), (25, 25, 25))
        plate.rectangle((left + 16, 344, left + 184, 406), fill=(16, 28, 20))
        said = _time(self.wall + self.ahead)
        digits = plate.text(left + 100, 375, said, 42, (110, 255, 150), "mono")
        return {"wall": wall, "alarm": digits}


def _ray(
    plate: Plate,
    middle: tuple[float, float],
    turn: float,
    reach: tuple[float, float],
    width: float = 1.6,
) -> None:
    """A line outwards, `turn` of a full circle after twelve o'clock."""
    dx, dy = math.sin(2 * math.pi * turn), -math.cos(2 * math.pi * turn)
    plate.line([(middle[0] + dx * r, middle[1] + dy * r) for r in reach], plate.ink, width)


def _time(minutes: int) -> str:
    return f"{minutes // 60 % 12 or 12}:{minutes % 60:02d}"


class ClockDifference(FigureFamily[TwoClocks]):
    capability = "clock_reading"
    image_type = "everyday_object"
    answer_kind = "number"
    conditions = knobs(wall_clock=tuple(STEPS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> TwoClocks:
        step = STEPS[condition["wall_clock"]]
        return TwoClocks(rng.randrange(0, 720, step), rng.randint(3, 75))

    def ask(
        self, rng: random.Random, figure: TwoClocks, condition: Mapping[str, str]
    ) -> Asked | None:
        text = (
            "By how many minutes is the digital clock ahead of the clock with hands? "
            "It is ahead by less than two hours."
        )
        return Asked(text, str(figure.ahead), ("wall", "alarm"))


PLUGIN: Final[Family] = ClockDifference()
