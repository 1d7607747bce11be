"""Landscapes: sun, clouds and birds above hills; trees, flowers, sheep and huts on a meadow.

>>> compose_landscape(random.Random(0), {"bird": 1, "tree": 1}).content
'landscape bird 192 47, tree 354 363'

They are simple drawings of outdoor scenes as far as drawing can; no photograph, no weather, no
depth.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box, Ink
from generation.drawn.plate import Plate

KINDS: Final = {
    "tree": (30.0, 44.0), "flower": (11.0, 18.0), "sheep": (22.0, 17.0), "hut": (38.0, 32.0),
    "sun": (28.0, 28.0), "cloud": (42.0, 20.0), "bird": (17.0, 10.0),
}  # fmt: skip
"""Half the width and half the height of each thing, in units."""

IN_THE_SKY: Final = ("sun", "cloud", "bird")
SINGLE: Final = ("sun", "hut")
_HORIZON: Final = 190.0
_GAP: Final = 7.0
_DARK: Final[Ink] = (50, 40, 35)


@dataclass(frozen=True)
class Landscape:
    """What stands where: a kind and its middle, in units."""

    things: tuple[tuple[str, int, int], ...]

    @property
    def content(self) -> str:
        return f"landscape {', '.join(f'{k} {x} {y}' for k, x, y in sorted(self.things))}"

    def of(self, kind: str) -> list[tuple[str, int, int]]:
        return [thing for thing in self.things if thing[0] == kind]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        self._ground(plate, rng)
        boxes: dict[str, Box] = {}
        for kind, x, y in sorted(self.things, key=lambda thing: thing[2]):
            _PAINTERS[kind](plate, x, y, rng)
            w, h = KINDS[kind]
            boxes[f"{kind} {x} {y}"] = (x - w, y - h, x + w, y + h)
        return boxes

    def _ground(self, plate: Plate, rng: random.Random) -> None:
        sky = rng.choice(((178, 214, 244), (160, 200, 236), (250, 214, 180)))
        plate.rectangle((0, 0, 448, 448), fill=sky)
        hill = rng.choice(((120, 158, 128), (132, 146, 170)))
        for x, half in ((rng.uniform(40, 160), 190), (rng.uniform(260, 420), 230)):
            box = (x - half, _HORIZON - 40, x + half, _HORIZON + 200)
            plate.ellipse(box, fill=hill)
        plate.rectangle(
            (0, _HORIZON + 20, 448, 448), fill=rng.choice(((150, 200, 104), (170, 196, 110)))
        )


def compose_landscape(rng: random.Random, counts: Mapping[str, int]) -> Landscape | None:
    """So many of each kind, none touching another; None where there is no room."""
    things: list[tuple[str, int, int]] = []
    for kind in sorted(counts, key=lambda k: -KINDS[k][0]):
        for _ in range(counts[kind]):
            spot = _spot(rng, kind, things)
            if spot is None:
                return None
            things.append(spot)
    return Landscape(tuple(things))


def _spot(
    rng: random.Random, kind: str, others: list[tuple[str, int, int]]
) -> tuple[str, int, int] | None:
    w, h = KINDS[kind]
    low, high = (h + 6, _HORIZON - 44 - h) if kind in IN_THE_SKY else (_HORIZON + 26 + h, 440 - h)
    for _ in range(60):
        x, y = round(rng.uniform(w + 6, 442 - w)), round(rng.uniform(low, high))
        if not any(
            abs(x - a) < w + KINDS[k][0] + _GAP and abs(y - b) < h + KINDS[k][1] + _GAP
            for k, a, b in others
        ):
            return kind, x, y
    return None


def _tree(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    plate.rectangle((x - 6, y + 6, x + 6, y + 44), fill=(112, 74, 44))
    plate.ellipse((x - 30, y - 44, x + 30, y + 20), (46, 110, 56), (30, 76, 40))


def _flower(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    tint = rng.choice(((214, 60, 70), (250, 250, 250), (150, 70, 190)))
    plate.line([(x, y - 6), (x, y + 18)], (30, 96, 40), 3)
    for dx, dy in ((0, -13), (6, -7), (-6, -7), (0, -2)):
        plate.disc(x + dx, y + dy, 5, tint)
    plate.disc(x, y - 7, 3.5, (245, 200, 40))


def _sheep(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    for dx in (-10, -4, 4, 10):
        plate.line([(x + dx, y + 4), (x + dx, y + 16)], _DARK, 3)
    plate.ellipse((x - 18, y - 14, x + 14, y + 9), (250, 250, 246), (120, 120, 115))
    plate.ellipse((x + 8, y - 13, x + 22, y + 2), _DARK)


def _hut(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    plate.rectangle((x - 28, y - 6, x + 28, y + 32), (204, 170, 120), _DARK)
    plate.polygon([(x - 38, y - 6), (x, y - 32), (x + 38, y - 6)], (150, 60, 50), _DARK)
    plate.rectangle((x - 8, y + 10, x + 8, y + 32), fill=(90, 56, 36))


def _sun(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    plate.disc(x, y, 28, (255, 206, 50), (236, 160, 30))


def _cloud(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    for dx, dy, r in ((-24, 3, 16), (0, -4, 16), (24, 3, 16)):
        plate.disc(x + dx, y + dy, r, (252, 252, 252))
    plate.rectangle((x - 24, y, x + 24, y + 19), fill=(252, 252, 252))


def _bird(plate: Plate, x: float, y: float, rng: random.Random) -> None:
    wings = [(x - 16, y - 6), (x - 8, y - 8), (x, y + 6), (x + 8, y - 8), (x + 16, y - 6)]
    plate.line(wings, _DARK, 3.2)


_PAINTERS: Final = {
    "tree": _tree, "flower": _flower, "sheep": _sheep, "hut": _hut, "sun": _sun, "cloud": _cloud,
    "bird": _bird,
}  # fmt: skip
