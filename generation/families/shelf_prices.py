"""Prices on a drawn shelf: "How much do one Tea and one Soup cost together?" → `6.40`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.contrast import ink_on
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import GOODS, TINTS, distinct, price
from generation.family import Family
from generation.picture import knobs

_SHELVES: Final = {"one": 1, "two": 2, "three": 3}
_PER_SHELF: Final = 4


@dataclass(frozen=True)
class Shelf:
    """Boards from the top, on each the goods with their prices in cents."""

    boards: tuple[Mapping[str, int], ...]

    @property
    def content(self) -> str:
        rows = (" ".join(f"{n}={price(c)}" for n, c in board.items()) for board in self.boards)
        return f"shelf {' / '.join(rows)}"

    @property
    def prices(self) -> dict[str, int]:
        return {name: cents for board in self.boards for name, cents in board.items()}

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        high = min(190.0, 430 / len(self.boards))
        top = (448 - high * len(self.boards)) / 2
        wood, boxes = rng.choice(((150, 105, 62), (120, 84, 56), (176, 140, 98))), dict[str, Box]()
        for j, board in enumerate(self.boards):
            floor = top + (j + 1) * high - 34
            plate.rectangle((6, floor, 442, floor + 30), fill=wood, outline=(70, 45, 25))
            for i, (name, cents) in enumerate(board.items()):
                x = 8 + 108 * (i + 0.5)
                self._pack(plate, rng, x, floor, high - 46, name)
                tag = (x - 32, floor + 4, x + 32, floor + 27)
                plate.rectangle(tag, fill=(255, 255, 250), outline=(90, 90, 90))
                boxes[name] = plate.text(x, floor + 15.5, price(cents), 17, (15, 15, 15))
        return boxes

    def _pack(
        self, plate: Plate, rng: random.Random, x: float, floor: float, most: float, name: str
    ) -> None:
        """A box or a jar with the name on it."""
        tint, tall = TINTS[rng.choice(list(TINTS))], rng.uniform(0.72, 1) * most
        half = rng.uniform(40, 48)
        if rng.random() < 0.5:
            plate.rectangle((x - half, floor - tall, x + half, floor), tint, (50, 50, 50))
        else:
            plate.rectangle((x - half * 0.7, floor - tall, x + half * 0.7, floor), (90, 90, 90))
            plate.rounded((x - half, floor - tall + 12, x + half, floor), 10, tint, (50, 50, 50))
        plate.text(x, floor - tall * 0.46, name, 15, ink_on(tint), "sans")


class ShelfPrices(FigureFamily[Shelf]):
    capability = "arithmetic"
    image_type = "everyday_object"
    answer_kind = "number"
    conditions = knobs(question=("sum", "difference", "several"), shelves=tuple(_SHELVES))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Shelf:
        boards = _SHELVES[condition["shelves"]]
        names = distinct(rng, [name for name in GOODS if len(name) < 7], boards * _PER_SHELF)
        cents = distinct(rng, range(45, 995, 5), len(names))
        goods = list(zip(names, cents, strict=True))
        return Shelf(tuple(dict(goods[i::boards]) for i in range(boards)))

    def ask(self, rng: random.Random, figure: Shelf, condition: Mapping[str, str]) -> Asked | None:
        prices = figure.prices
        low, high = sorted(rng.sample(sorted(prices), 2), key=lambda name: prices[name])
        if condition["question"] == "sum":
            text, cents = f"one {low} and one {high} cost together", prices[low] + prices[high]
        elif condition["question"] == "difference":
            text, cents = f"one {high} cost more than one {low}", prices[high] - prices[low]
        else:
            count = rng.randint(2, 5)
            text, cents = f"{count} packs of {high} cost", count * prices[high]
            return Asked(f"How much do {text}?", price(cents), (high,))
        verb = "do" if condition["question"] == "sum" else "does"
        return Asked(f"How much {verb} {text}?", price(cents), (low, high))


PLUGIN: Final[Family] = ShelfPrices()
