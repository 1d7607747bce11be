"""Bars in groups or in stacks: two or three colours for each region.

>>> compose_bars(random.Random(0), groups=2, series=2, stacked=False).content
'grouped bars West Hills: red=90 85; blue=70 55'
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from generation.canvas import Box
from generation.drawn.axes import Axes, compose_area, legend
from generation.drawn.plate import Plate
from generation.drawn.words import REGIONS, TINTS, distinct

_NAMES = ("red", "green", "blue", "orange", "purple", "brown")


@dataclass(frozen=True)
class Bars:
    """The regions from left to right, the values of each colour."""

    regions: tuple[str, ...]
    series: Mapping[str, tuple[int, ...]]
    stacked: bool

    @property
    def content(self) -> str:
        kind = "stacked" if self.stacked else "grouped"
        said = "; ".join(f"{c}={' '.join(map(str, v))}" for c, v in self.series.items())
        return f"{kind} bars {' '.join(self.regions)}: {said}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        axes = Axes(compose_area(rng), 100, 10)
        axes.paint(plate, self.regions)
        legend(plate, [(name, TINTS[name]) for name in self.series])
        wide = 0.72 * (axes.area[2] - axes.area[0]) / len(self.regions)
        boxes: dict[str, Box] = {}
        for i, (region, x) in enumerate(
            zip(self.regions, axes.slots(len(self.regions)), strict=True)
        ):
            start, left = 0, x - wide / 2
            each = wide if self.stacked else wide / len(self.series)
            for name, values in self.series.items():
                end = start + values[i]
                box = (left, axes.y(end), left + each, axes.y(start))
                boxes[f"{name} {region}"] = plate.rectangle(box, fill=TINTS[name])
                start, left = (end, left) if self.stacked else (0, left + each)
        return boxes


def compose_bars(rng: random.Random, groups: int, series: int, stacked: bool) -> Bars:
    """Values on multiples of five; a stack stays within the scale."""
    most = 100 // series if stacked else 95
    regions = distinct(rng, REGIONS, groups)
    return Bars(
        tuple(regions),
        {
            name: tuple(rng.randrange(10, most + 1, 5) for _ in regions)
            for name in distinct(rng, _NAMES, series)
        },
        stacked,
    )
