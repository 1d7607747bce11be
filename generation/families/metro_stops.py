"""Counting stations on a metro map: "How many stations lie between Dale and Oak, those two not
counted?" → `3`, on one line or with a change."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, TOWNS, distinct
from generation.family import Family
from generation.picture import knobs


@dataclass(frozen=True)
class Metro:
    """A line across and a line down, stations in order; they share one, where one changes."""

    across: tuple[str, ...]
    down: tuple[str, ...]
    tints: tuple[str, str]

    @property
    def content(self) -> str:
        one, other = self.tints
        return f"metro {one} {' '.join(self.across)}; {other} {' '.join(self.down)}"

    @property
    def change(self) -> str:
        return next(name for name in self.across if name in self.down)

    def between(self, one: str, other: str) -> int:
        """Stations passed on the way, the change among them."""
        for line in (self.across, self.down):
            if one in line and other in line:
                return abs(line.index(one) - line.index(other)) - 1
        return self.between(one, self.change) + self.between(self.change, other) + 1

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        wide, high = 384 / len(self.across), 400 / len(self.down)
        at_across, at_down = self.across.index(self.change), self.down.index(self.change)
        x, y = 32 + wide * (at_across + 0.5), 24 + high * (at_down + 0.5)
        first, second = (TINTS[tint] for tint in self.tints)
        plate.line([(32, y), (416, y)], first, 7)
        plate.line([(x, 24), (x, 424)], second, 7)
        boxes: dict[str, Box] = {}
        for i, name in enumerate(self.across):
            below = 24 if i % 2 else -24
            self._stop(plate, 32 + wide * (i + 0.5), y, name, boxes, (0, below))
        for i, name in enumerate(self.down):
            if name != self.change:
                self._stop(plate, x, 24 + high * (i + 0.5), name, boxes, (16, 0))
        return boxes

    def _stop(
        self,
        plate: Plate,
        x: float,
        y: float,
        name: str,
        boxes: dict[str, Box],
        aside: tuple[float, float],
    ) -> None:
        """A station, its name beside it; where one changes, in the corner between the lines."""
        here = name == self.change
        plate.disc(x, y, 10 if here else 7, (255, 255, 255), plate.ink)
        dx, dy = (12, aside[1]) if here else aside
        anchor = "lm" if dx else "mm"
        boxes[name] = plate.text(x + dx, y + dy, name, 15, anchor=anchor)


class MetroStops(FigureFamily[Metro]):
    capability = "counting"
    image_type = "map"
    answer_kind = "number"
    conditions = knobs(changes=("0", "1"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Metro:
        across, down = rng.randint(5, 7), rng.randint(6, 9)
        names = distinct(rng, TOWNS, across + down - 1)
        line = names[:across]
        column = [*names[across:]]
        column.insert(rng.randint(1, down - 2), line[rng.randint(1, across - 2)])
        first, second = distinct(rng, ["red", "green", "blue", "orange", "purple"], 2)
        return Metro(tuple(line), tuple(column), (first, second))

    def ask(self, rng: random.Random, figure: Metro, condition: Mapping[str, str]) -> Asked | None:
        if condition["changes"] == "0":
            one, other = rng.sample(rng.choice((figure.across, figure.down)), 2)
            how = ""
        else:
            one = rng.choice([n for n in figure.across if n != figure.change])
            other = rng.choice([n for n in figure.down if n != figure.change])
            how = ", the station of the change counted"
        text = f"Going by metro, how many stations lie between {one} and {other}{how}?"
        return Asked(text, str(figure.between(one, other)), (one, other))


PLUGIN: Final[Family] = MetroStops()
