"""What continues an ornament: beads of shapes and colours in a repeating order, the last one
missing → the letter of an option."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, distinct
from generation.family import Family
from generation.picture import knobs

SHAPES: Final = ("circle", "square", "triangle", "diamond")
PERIODS: Final = ("2", "3", "4", "5")
_PER_ROW: Final = 6
_ROWS: Final = 2


@dataclass(frozen=True)
class Ornament:
    """The beads that repeat, each a color and a shape, and how many are to be seen."""

    beads: tuple[str, ...]
    shown: int

    @property
    def content(self) -> str:
        return f"ornament {', '.join(self.beads)} of {self.shown}"

    @property
    def next(self) -> str:
        return self.beads[self.shown % len(self.beads)]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        boxes, step = dict[str, Box](), 424 / _PER_ROW
        first = rng.uniform(90, 150)
        for i in range(self.shown + 1):
            x = 12 + step * (i % _PER_ROW + 0.5)
            y = first + 150 * (i // _PER_ROW)
            if i % _PER_ROW == 0:
                plate.rectangle((4, y - 52, 444, y + 52), fill=(240, 228, 204))
                plate.line([(4, y - 46), (444, y - 46)], (150, 110, 60), 2)
                plate.line([(4, y + 46), (444, y + 46)], (150, 110, 60), 2)
            if i == self.shown:
                boxes["next"] = plate.text(x, y, "?", 40, face="bold")
            else:
                boxes[str(i)] = _bead(plate, x, y, self.beads[i % len(self.beads)])
        return boxes


def _bead(plate: Plate, x: float, y: float, bead: str) -> Box:
    color, shape = bead.split()
    r, tint, edge = 26.0, TINTS[color], (60, 50, 40)
    if shape == "circle":
        return plate.disc(x, y, r, tint, edge)
    if shape == "square":
        return plate.rectangle((x - r, y - r, x + r, y + r), tint, edge)
    if shape == "triangle":
        return plate.polygon([(x, y - r), (x + r, y + r), (x - r, y + r)], tint, edge)
    return plate.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], tint, edge)


class PatternNext(FigureFamily[Ornament]):
    capability = "logical_reasoning"
    image_type = "artistic"
    answer_kind = "choice"
    conditions = knobs(period=PERIODS)

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Ornament:
        colors, shapes = distinct(rng, list(TINTS), 3), distinct(rng, SHAPES, 3)
        every = [f"{color} {shape}" for color, shape in product(colors, shapes)]
        beads = tuple(distinct(rng, every, int(condition["period"])))
        return Ornament(beads, rng.randint(2 * len(beads), _PER_ROW * _ROWS - 1))

    def ask(
        self, rng: random.Random, figure: Ornament, condition: Mapping[str, str]
    ) -> Asked | None:
        """Wrong options are other beads of the ornament, or of its colours and shapes."""
        colors, shapes = zip(*(bead.split() for bead in figure.beads), strict=True)
        near = [f"{c} {s}" for c, s in product(sorted(set(colors)), sorted(set(shapes)))]
        far = [f"{c} {s}" for c, s in product(TINTS, SHAPES) if f"{c} {s}" not in near]
        wrong = [bead for bead in near if bead != figure.next]
        rng.shuffle(wrong)
        options = [figure.next, *[*wrong, *distinct(rng, far, 3)][:3]]
        rng.shuffle(options)
        text = (
            "The beads repeat in a fixed order, row by row. Which bead stands at the question mark?"
        )
        shown = tuple(str(i) for i in range(figure.shown))
        target = "ABCD"[options.index(figure.next)]
        return Asked(text, target, ("next", *shown), tuple(options))


PLUGIN: Final[Family] = PatternNext()
