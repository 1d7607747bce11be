"""Street maps: square blocks with the names of what stands on them, streets between, an arrow to
the north.

>>> compose_town(random.Random(0), side=3, north="up").content
'town north up: Market Zoo Hotel / Park Bank Theatre / . . .'

They are drawings of maps: no terrain, no scale, no places that exist.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import PLACES, distinct

Spot = tuple[int, int]

COMPASS: Final = ("north", "east", "south", "west")
NORTH: Final = {"up": 0, "right": 1, "down": 2, "left": 3}
"""Quarter turns, clockwise, from up to where the arrow points."""
_STEPS: Final = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""Across and down: up, right, down, left."""


@dataclass(frozen=True)
class Town:
    """What stands on each block, row by row from the top; empty where nothing does."""

    blocks: tuple[tuple[str, ...], ...]
    north: str
    """`up`, `right`, `down` or `left`."""

    @property
    def content(self) -> str:
        rows = " / ".join(" ".join(name or "." for name in row) for row in self.blocks)
        return f"town north {self.north}: {rows}"

    @cached_property
    def spots(self) -> dict[str, Spot]:
        """Column and row by name."""
        return {n: (x, y) for y, row in enumerate(self.blocks) for x, n in enumerate(row) if n}

    def beside(self, name: str, way: str) -> str:
        """What stands on the next block that way, or nothing."""
        dx, dy = _STEPS[(COMPASS.index(way) + NORTH[self.north]) % 4]
        x, y = self.spots[name][0] + dx, self.spots[name][1] + dy
        side = range(len(self.blocks))
        return self.blocks[y][x] if x in side and y in side else ""

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        side, left, top = 340 / len(self.blocks), rng.uniform(6, 20), rng.uniform(8, 96)
        street, boxes = rng.choice(((238, 226, 190), (225, 225, 225))), dict[str, Box]()
        plate.rectangle((left, top, left + 340, top + 340), fill=street)
        tints = ((203, 226, 196), (214, 222, 240), (244, 212, 200), (252, 250, 244))
        for y, row in enumerate(self.blocks):
            for x, name in enumerate(row):
                block = (left + x * side + 7, top + y * side + 7)
                far = (block[0] + side - 14, block[1] + side - 14)
                plate.rectangle((*block, *far), fill=rng.choice(tints), outline=(150, 150, 150))
                if name:
                    middle = (block[0] + far[0]) / 2, (block[1] + far[1]) / 2
                    boxes[name] = plate.text(*middle, name, 16)
        boxes["arrow"] = _arrow(plate, 405, 60, NORTH[self.north])
        return boxes


def _arrow(plate: Plate, x: float, y: float, turns: int) -> Box:
    """An arrow of which N stands at the head; turned clockwise by quarters."""

    def at(across: float, up: float) -> tuple[float, float]:
        angle = math.radians(90 * turns)
        c, s = math.cos(angle), math.sin(angle)
        return x + across * c + up * s, y + across * s - up * c

    plate.line([at(0, -22), at(0, 8)], plate.ink, 3)
    plate.polygon([at(0, 14), at(-7, 0), at(7, 0)], plate.ink)
    plate.text(*at(0, 27), "N", 18, face="bold")
    return x - 38, y - 38, x + 38, y + 38


def compose_town(rng: random.Random, side: int, north: str) -> Town:
    """A map of side × side blocks, two thirds of which have a name."""
    names = distinct(rng, PLACES, min(len(PLACES), round(side * side * 0.7)))
    blocks = [*names, *[""] * (side * side - len(names))]
    rng.shuffle(blocks)
    return Town(tuple(tuple(blocks[i : i + side]) for i in range(0, side * side, side)), north)
