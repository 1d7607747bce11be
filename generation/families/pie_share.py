"""The share that a pie chart does not print: all but one are given in percent → `100 - the others`.

The slices are drawn to scale, so that an answer can be checked by eye.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.axes import legend
from generation.drawn.contrast import ink_on
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, distinct
from generation.family import Family
from generation.picture import knobs

_LEAST: Final = 9
"""Percent of the smallest slice."""


@dataclass(frozen=True)
class Pie:
    """Shares in percent by colour, clockwise from the top; one is not printed."""

    shares: Mapping[str, int]
    hidden: str

    @property
    def content(self) -> str:
        said = " ".join(f"{name}={share}" for name, share in self.shares.items())
        return f"pie {said} without {self.hidden}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        x, y, r = rng.uniform(190, 258), rng.uniform(238, 256), rng.uniform(150, 172)
        names = list(self.shares)
        legend(plate, [(name, TINTS[name]) for name in names[:3]], 24)
        if names[3:]:
            legend(plate, [(name, TINTS[name]) for name in names[3:]], 50)
        boxes: dict[str, Box] = {}
        start = -90.0
        for name, share in self.shares.items():
            end, circle = start + 3.6 * share, (x - r, y - r, x + r, y + r)
            plate.sector(circle, start, end, TINTS[name], plate.paper)
            middle = math.radians((start + end) / 2)
            at = x + 0.68 * r * math.cos(middle), y + 0.68 * r * math.sin(middle)
            said = "?" if name == self.hidden else f"{share}%"
            boxes[name] = plate.text(*at, said, 18, ink_on(TINTS[name]))
            start = end
        return boxes


class PieShare(FigureFamily[Pie]):
    capability = "arithmetic"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(slices=("3", "4", "5", "6"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Pie:
        count = int(condition["slices"])
        names = distinct(rng, list(TINTS), count)
        cuts = sorted(rng.sample(range(1, 100 - _LEAST * count), count - 1))
        edges = [0, *cuts, 100 - _LEAST * count]
        shares = {name: _LEAST + edges[i + 1] - edges[i] for i, name in enumerate(names)}
        return Pie(shares, rng.choice(names))

    def ask(self, rng: random.Random, figure: Pie, condition: Mapping[str, str]) -> Asked | None:
        text = f"What percentage is the {figure.hidden} slice, marked with a question mark?"
        return Asked(text, str(figure.shares[figure.hidden]), tuple(figure.shares))


PLUGIN: Final[Family] = PieShare()
