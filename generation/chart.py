"""Bar charts: two to five bars of different colours, no two of them nearly equal in height.

>>> compose_chart(random.Random(0), bars=3).content
'bars red>blue>green in order blue,red,green'
"""

import random
from dataclasses import dataclass
from typing import Final

from PIL import Image

from generation.canvas import BLACK, COLORS, Box, Part, ink, pen, sheet, to_pixels

_FLOOR: Final = 0.93
_LEFT: Final = 0.08
_WIDTH: Final = 0.88
_FILLED: Final = 0.72
"""Share of a bar's slot that the bar fills."""
_LOWEST: Final = 0.1
_HIGHEST: Final = 0.86
_APART: Final = 0.09
"""Smallest difference between two heights."""


@dataclass(frozen=True)
class BarChart:
    """The bars from left to right, and their relative heights."""

    colors: tuple[str, ...]
    heights: tuple[float, ...]

    @property
    def content(self) -> str:
        ranked = sorted(self.colors, key=lambda color: -self.heights[self.colors.index(color)])
        return f"bars {'>'.join(ranked)} in order {','.join(self.colors)}"

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Part({"bar": c}, self.box(i)) for i, c in enumerate(self.colors))

    def box(self, index: int) -> Box:
        slot = _WIDTH / len(self.colors)
        x0 = _LEFT + slot * index + slot * (1 - _FILLED) / 2
        return x0, _FLOOR - self.heights[index], x0 + slot * _FILLED, _FLOOR

    def paint(self, rng: random.Random, size: int) -> Image.Image:
        image = sheet(rng, size)
        drawer, line = pen(image), max(1, size // 96)
        drawer.line((_LEFT / 2 * size, 0.04 * size, _LEFT / 2 * size, _FLOOR * size), BLACK, line)
        drawer.line((_LEFT / 2 * size, _FLOOR * size, 0.97 * size, _FLOOR * size), BLACK, line)
        for index, color in enumerate(self.colors):
            drawer.rectangle(to_pixels(self.box(index), size), fill=ink(rng, color))
        return image


def compose_chart(rng: random.Random, bars: int) -> BarChart:
    """A chart of `bars` bars, at most six."""
    return BarChart(tuple(rng.sample(list(COLORS), bars)), _heights(rng, bars))


def _heights(rng: random.Random, bars: int) -> tuple[float, ...]:
    """Heights of which no two are nearly equal, in random order."""
    slack = _HIGHEST - _LOWEST - _APART * (bars - 1)
    offsets = sorted(rng.uniform(0, slack) for _ in range(bars))
    heights = [_LOWEST + offset + _APART * rank for rank, offset in enumerate(offsets)]
    rng.shuffle(heights)
    return tuple(heights)
