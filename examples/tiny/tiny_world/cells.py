"""The cells of the tiny world: each of its families under every combination of its conditions.

>>> [cell.name for cell in all_cells()][:3]
['arithmetic-minus', 'arithmetic-plus', 'chart_color']
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from generation.family import Drawing, draw, families, is_reserved
from generation.picture import Picture, PictureFamily, Question

FAMILIES: Final = (
    "arithmetic",
    "chart_color",
    "chart_counting",
    "chart_extremum",
    "clock",
    "color",
    "counting",
    "localisation",
    "ocr_digits",
    "ocr_words",
    "presence",
    "shape",
    "size_comparison",
    "spatial",
    "total",
    "unanswerable",
)
"""The families of the tiny world; others may come to `generation/families/` without changing it."""


@dataclass(frozen=True)
class Cell:
    """One family under one combination of conditions."""

    family: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return "-".join((self.family, *(value for _, value in self.values)))

    @property
    def condition(self) -> dict[str, str]:
        return dict(self.values)

    @property
    def plugin(self) -> PictureFamily[Picture]:
        plugin = families.load(self.family)
        assert isinstance(plugin, PictureFamily)
        return plugin

    @property
    def category(self) -> str:
        return f"{self.plugin.capability}/{self.plugin.image_type}"

    def compose(self, rng: random.Random) -> Picture:
        """A picture for this cell whose content may be trained on."""
        while True:
            picture = self.plugin.compose(rng, self.condition)
            if not is_reserved(picture.content):
                return picture

    def ask(self, rng: random.Random, picture: Picture) -> Question | None:
        return self.plugin.ask(rng, picture, self.condition)


def all_cells() -> list[Cell]:
    """Every cell, sorted by name."""
    return sorted(_cells(), key=lambda cell: cell.name)


def _cells() -> Iterator[Cell]:
    for family in FAMILIES:
        conditions = families.load(family).conditions
        for values in product(*conditions.values()):
            yield Cell(family, tuple(zip(conditions, values, strict=True)))


def benchmark_drawing(cell: Cell, seed: str, size: int) -> Drawing:
    """A picture and question of `cell` with a content that only benchmarks show."""
    return draw(families.load(cell.family), seed, size, cell.condition, reserved=True)
