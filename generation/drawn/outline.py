"""Right-angled outlines with lengths: a rectangle, or an L with its upper right corner cut out; as
many sides are labelled as the others follow from.

    >>> Outline(wide=9, high=6, cut=None).area
    54
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from generation.canvas import Box
from generation.drawn.plate import Plate, around


@dataclass(frozen=True)
class Outline:
    """Lengths in centimetres; `cut` is the width and height of what an L lacks."""

    wide: int
    high: int
    cut: tuple[int, int] | None

    @property
    def area(self) -> int:
        return self.wide * self.high - (self.cut[0] * self.cut[1] if self.cut else 0)

    @property
    def perimeter(self) -> int:
        return 2 * (self.wide + self.high)

    @property
    def content(self) -> str:
        cut = f" without {self.cut[0]} by {self.cut[1]}" if self.cut else ""
        return f"outline {self.wide} by {self.high}{cut}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        unit = min(300 / self.wide, 300 / self.high)
        left = rng.uniform(64, 384 - unit * self.wide)
        top = rng.uniform(40, 384 - unit * self.high)
        right, bottom = left + unit * self.wide, top + unit * self.high
        fill = rng.choice(((219, 232, 219), (219, 226, 240), (242, 228, 214)))
        boxes: dict[str, Box] = {}
        if self.cut is None:
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        else:
            x, y = right - unit * self.cut[0], top + unit * self.cut[1]
            corners = [(left, top), (x, top), (x, y), (right, y), (right, bottom), (left, bottom)]
            side, upper = f"{self.high - self.cut[1]} cm", f"{self.wide - self.cut[0]} cm"
            boxes["lower right"] = plate.text(right + 8, (y + bottom) / 2, side, anchor="lm")
            boxes["upper"] = plate.text((left + x) / 2, top - 14, upper)
        boxes["outline"] = around(corners)
        plate.polygon(corners, fill, plate.ink)
        boxes["wide"] = plate.text((left + right) / 2, bottom + 16, f"{self.wide} cm")
        boxes["high"] = plate.text(left - 8, (top + bottom) / 2, f"{self.high} cm", anchor="rm")
        return boxes


def compose_outline(rng: random.Random, cut: bool) -> Outline:
    """A rectangle or an L no side of which is under two centimetres."""
    wide, high = rng.randint(5, 14), rng.randint(5, 14)
    lacks = (rng.randint(2, wide - 2), rng.randint(2, high - 2)) if cut else None
    return Outline(wide, high, lacks)
