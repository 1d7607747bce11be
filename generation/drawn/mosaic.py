"""Mosaics: square tiles of a few colours, mirrored or nearly so, or without any order.

>>> compose_mosaic(random.Random(0), side=2).content
'mosaic purple purple / blue purple'

They are ornaments drawn by rule: no painter, no style, no mood.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, distinct

Tiles = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Mosaic:
    """The colours of the tiles, row by row from the top."""

    tiles: Tiles

    @property
    def content(self) -> str:
        return f"mosaic {' / '.join(' '.join(row) for row in self.tiles)}"

    @property
    def unlike(self) -> list[tuple[int, int]]:
        """Rows and columns of the tiles in the left half that differ from their mirror image."""
        side = len(self.tiles)
        return [
            (j, i)
            for j, row in enumerate(self.tiles)
            for i in range(side // 2)
            if row[i] != row[side - 1 - i]
        ]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        side, total = len(self.tiles), rng.uniform(376, 420)
        left, top = rng.uniform(8, 440 - total), rng.uniform(8, 440 - total)
        joint, step = rng.choice(((60, 60, 60), (250, 250, 250))), total / side
        plate.rectangle((left, top, left + total, top + total), fill=joint)
        rounded, boxes = rng.random() < 0.5, dict[str, Box]()
        for j, row in enumerate(self.tiles):
            for i, name in enumerate(row):
                x, y = left + i * step + 2, top + j * step + 2
                box = (x, y, x + step - 4, y + step - 4)
                boxes[f"{j} {i}"] = box
                plate.rounded(box, step * 0.2 if rounded else 1, TINTS[name])
        return boxes


def compose_mosaic(rng: random.Random, side: int) -> Mosaic:
    """A mosaic of three to five colours without any order."""
    names = distinct(rng, list(TINTS), rng.randint(3, 5))
    return Mosaic(tuple(tuple(rng.choice(names) for _ in range(side)) for _ in range(side)))


def mirrored(rng: random.Random, mosaic: Mosaic, faults: int) -> Mosaic:
    """The same with its left half mirrored on the right, but for so many tiles."""
    side, half = len(mosaic.tiles), len(mosaic.tiles) // 2
    rows = [[*row[: side - half], *reversed(row[:half])] for row in mosaic.tiles]
    names = sorted({name for row in rows for name in row})
    for j, i in rng.sample([(j, i) for j in range(side) for i in range(half)], faults):
        rows[j][i] = rng.choice([name for name in names if name != rows[j][i]])
    return replace(mosaic, tiles=tuple(tuple(row) for row in rows))
