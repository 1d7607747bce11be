"""Tables of numbers: goods down, days across, no number twice.

>>> compose_table(random.Random(0), rows=2, columns=2).content
'table Pears Thu=59 Fri=63; Noodles Thu=15 Fri=43'
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import DAYS, GOODS, distinct


@dataclass(frozen=True)
class Table:
    """`numbers` by row; the names of rows and columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    numbers: tuple[tuple[int, ...], ...]

    @cached_property
    def cells(self) -> dict[tuple[str, str], int]:
        return {
            (row, column): number
            for row, numbers in zip(self.rows, self.numbers, strict=True)
            for column, number in zip(self.columns, numbers, strict=True)
        }

    @property
    def content(self) -> str:
        lines = [
            f"{row} {' '.join(f'{c}={self.cells[row, c]}' for c in self.columns)}"
            for row in self.rows
        ]
        return f"table {'; '.join(lines)}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        high, first = min(46, 400 / (len(self.rows) + 1)), 104.0
        wide = min(90.0, (424 - first) / len(self.columns))
        left, top = (
            rng.uniform(12, 436 - first - wide * len(self.columns)),
            rng.uniform(12, 436 - high * (len(self.rows) + 1)),
        )
        right, bottom = left + first + wide * len(self.columns), top + high * (len(self.rows) + 1)
        size, shaded = rng.choice((16, 18, 20)), rng.random() < 0.5
        self._rule(plate, (left, top, right, bottom), high, shaded)
        if not shaded:
            for i in range(len(self.columns)):
                x = left + first + i * wide
                plate.line([(x, top), (x, bottom)], plate.ink, 1)
        boxes: dict[str, Box] = {}
        for i, column in enumerate(self.columns):
            x = left + first + (i + 0.5) * wide
            plate.text(x, top + high / 2, column, size)
            for j, row in enumerate(self.rows):
                y = top + (j + 1.5) * high
                boxes[f"{row} {column}"] = plate.text(x, y, str(self.cells[row, column]), size)
        for j, row in enumerate(self.rows):
            plate.text(left + 8, top + (j + 1.5) * high, row, size, anchor="lm")
        return boxes

    def _rule(self, plate: Plate, frame: Box, high: float, shaded: bool) -> None:
        """Bands behind every second row, or a line under each."""
        left, top, right, bottom = frame
        for j in range(len(self.rows) + 1):
            y = top + j * high
            if shaded and j % 2 == 0:
                plate.rectangle((left, y, right, y + high), fill=(214, 222, 232))
            elif not shaded:
                plate.line([(left, y), (right, y)], plate.ink, 1)
        plate.rectangle((left, top, right, bottom), outline=plate.ink)


def compose_table(rng: random.Random, rows: int, columns: int) -> Table:
    """A table of two-digit numbers."""
    numbers = distinct(rng, range(10, 100), rows * columns)
    lines = tuple(tuple(numbers[i * columns : (i + 1) * columns]) for i in range(rows))
    days = [DAYS[i] for i in sorted(rng.sample(range(7), columns))]
    return Table(tuple(distinct(rng, GOODS, rows)), tuple(days), lines)
