"""Adding the pips of drawn dice: "What is the sum of the pips on all dice?" → `17`, or of those of
one colour."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box, Ink
from generation.drawn.contrast import ink_on
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, distinct
from generation.family import Family
from generation.picture import knobs

DICE: Final = {"few": (3, 4), "many": (6, 8)}
_FACES: Final = {
    1: ((0, 0),),
    2: ((-1, -1), (1, 1)),
    3: ((-1, -1), (0, 0), (1, 1)),
    4: ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    5: ((-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1)),
    6: ((-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)),
}
"""Where the pips stand, in thirds of half a side."""


@dataclass(frozen=True)
class Dice:
    """A colour and the pips of each; the places on a grid of three by three."""

    dice: tuple[tuple[str, int], ...]
    places: tuple[int, ...]

    @property
    def content(self) -> str:
        said = " ".join(f"{color}={pips}" for color, pips in sorted(self.dice))
        return f"dice {said}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        plate.rectangle((0, 0, 448, 448), fill=rng.choice(((46, 96, 72), (208, 196, 170))))
        boxes = {}
        for i, ((color, pips), place) in enumerate(zip(self.dice, self.places, strict=True)):
            x = 80 + 144 * (place % 3) + rng.uniform(-16, 16)
            y = 80 + 144 * (place // 3) + rng.uniform(-16, 16)
            tint: Ink = (250, 250, 246) if color == "white" else TINTS[color]
            box = (x - 46, y - 46, x + 46, y + 46)
            boxes[str(i)] = plate.rounded(box, 12, tint, (30, 30, 30))
            for dx, dy in _FACES[pips]:
                plate.disc(x + 25 * dx, y + 25 * dy, 8.5, ink_on(tint))
        return boxes


class DiceSum(FigureFamily[Dice]):
    capability = "arithmetic"
    image_type = "everyday_object"
    answer_kind = "number"
    conditions = knobs(dice=tuple(DICE), asked=("all", "one_color"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Dice:
        count = rng.randint(*DICE[condition["dice"]])
        colors = distinct(rng, ["white", "red", "blue", "yellow"], 2)
        dice = tuple((rng.choice(colors), rng.randint(1, 6)) for _ in range(count))
        return Dice(dice, tuple(rng.sample(range(9), count)))

    def ask(self, rng: random.Random, figure: Dice, condition: Mapping[str, str]) -> Asked | None:
        colors = sorted({color for color, _ in figure.dice})
        if len(colors) < 2:
            return None
        color = rng.choice(colors)
        asked = [
            i for i, (c, _) in enumerate(figure.dice) if c == color or condition["asked"] == "all"
        ]
        which = "all dice" if condition["asked"] == "all" else f"the {color} dice"
        total = sum(figure.dice[i][1] for i in asked)
        return Asked(
            f"What is the sum of the pips on {which}?", str(total), tuple(str(i) for i in asked)
        )


PLUGIN: Final[Family] = DiceSum()
