"""Counting the lit windows of a drawn house front: "In how many windows is the light on?" → `7`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.family import Family
from generation.picture import knobs

FLOORS: Final = {"few": (2, 3), "many": (4, 5)}
_LIT: Final = (255, 214, 74)
_DARK: Final = (52, 62, 84)


@dataclass(frozen=True)
class Facade:
    """Floors from the top, each with its windows from the left: whether the light is on."""

    floors: tuple[tuple[bool, ...], ...]

    @property
    def content(self) -> str:
        said = " ".join("".join("x" if lit else "." for lit in floor) for floor in self.floors)
        return f"facade {said}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        wall = rng.choice(((196, 160, 132), (176, 182, 190), (206, 196, 168), (170, 124, 104)))
        plate.rectangle((0, 0, 448, 448), fill=rng.choice(((176, 200, 226), (150, 170, 200))))
        plate.rectangle((0, 424, 448, 448), fill=(120, 120, 118))
        left, right, top = 64.0, 384.0, 96.0
        plate.polygon([(left - 16, top), (224, 24), (right + 16, top)], (110, 60, 52), (60, 40, 36))
        plate.rectangle((left, top, right, 424), fill=wall, outline=(70, 60, 55))
        boxes = {}
        wide, high = (right - left) / len(self.floors[0]), 260 / len(self.floors)
        for j, floor in enumerate(self.floors):
            for i, lit in enumerate(floor):
                x, y = left + wide * (i + 0.5), top + 8 + high * (j + 0.5)
                box = (x - wide * 0.28, y - high * 0.34, x + wide * 0.28, y + high * 0.34)
                boxes[f"{j} {i}"] = plate.rectangle(box, _LIT if lit else _DARK, (245, 245, 240), 3)
                plate.line([(x, box[1] + 3), (x, box[3] - 3)], (245, 245, 240), 2)
        plate.rectangle((206, 378, 242, 424), fill=(84, 52, 36), outline=(40, 25, 18))
        return boxes


class FacadeWindows(FigureFamily[Facade]):
    capability = "counting"
    image_type = "architectural"
    answer_kind = "number"
    conditions = knobs(floors=tuple(FLOORS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Facade:
        floors, windows = rng.choice(FLOORS[condition["floors"]]), rng.randint(3, 5)
        lit = rng.randint(1, floors * windows - 1)
        cells = [i < lit for i in range(floors * windows)]
        rng.shuffle(cells)
        return Facade(tuple(tuple(cells[i : i + windows]) for i in range(0, len(cells), windows)))

    def ask(self, rng: random.Random, figure: Facade, condition: Mapping[str, str]) -> Asked | None:
        lit = [
            f"{j} {i}" for j, floor in enumerate(figure.floors) for i, on in enumerate(floor) if on
        ]
        text = "In how many windows of the house is the light on, shown in yellow?"
        return Asked(text, str(len(lit)), tuple(lit))


PLUGIN: Final[Family] = FacadeWindows()
