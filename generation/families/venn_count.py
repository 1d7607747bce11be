"""Reading a set diagram: "How many play Chess but not Tennis?" → `7`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from generation.canvas import Box
from generation.drawn.contrast import darker
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import TINTS, distinct
from generation.family import Family
from generation.picture import knobs

GAMES: Final = ("Chess", "Tennis", "Golf", "Rugby", "Darts", "Hockey", "Poker", "Judo")
_TWO: Final = ((165.0, 224.0), (283.0, 224.0))
_THREE: Final = ((165.0, 170.0), (283.0, 170.0), (224.0, 272.0))
_LABELS: Final = ((100.0, 40.0), (348.0, 40.0), (224.0, 408.0))
_RADIUS: Final = 112.0


@dataclass(frozen=True)
class Venn:
    """How many are in each region; a region is, for each game in order, whether it lies within."""

    games: tuple[str, ...]
    regions: Mapping[tuple[bool, ...], int]

    @property
    def content(self) -> str:
        said = " ".join(
            f"{'+'.join(g for g, i in zip(self.games, inside, strict=True) if i)}={n}"
            for inside, n in self.regions.items()
        )
        return f"venn {said}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        middles = _TWO if len(self.games) == 2 else _THREE
        tints = distinct(rng, ["red", "green", "blue", "purple"], len(self.games))
        for (x, y), tint, game, label in zip(middles, tints, self.games, _LABELS, strict=False):
            plate.ellipse(
                (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS), outline=TINTS[tint], width=3.5
            )
            x, y = label[0], label[1] + (54 if len(self.games) == 2 else 0)
            plate.text(x, y, game, 18, darker(TINTS[tint]), "bold")
        boxes = {}
        for inside, count in self.regions.items():
            x, y = _middle(middles, inside)
            boxes[name_of(inside)] = plate.text(x, y, str(count), 18)
        return boxes

    def count(self, wanted: Mapping[str, bool]) -> tuple[int, tuple[str, ...]]:
        """How many are in every game that is True and in none that is False, and which regions."""
        found = [
            inside
            for inside in self.regions
            if all(inside[self.games.index(g)] == w for g, w in wanted.items())
        ]
        return sum(self.regions[inside] for inside in found), tuple(map(name_of, found))


def name_of(inside: tuple[bool, ...]) -> str:
    return "".join("x" if i else "." for i in inside)


def _middle(
    middles: tuple[tuple[float, float], ...], inside: tuple[bool, ...]
) -> tuple[float, float]:
    """A place in the region: the middle of its circles, away from the middle of the others."""
    ins = [m for m, i in zip(middles, inside, strict=True) if i]
    outs = [m for m, i in zip(middles, inside, strict=True) if not i]
    x, y = (sum(m[k] for m in ins) / len(ins) for k in (0, 1))
    if not outs:
        return x, y
    away_x, away_y = (sum(m[k] for m in outs) / len(outs) for k in (0, 1))
    push = 0.42 if len(ins) == 1 else 0.30
    return x + push * (x - away_x), y + push * (y - away_y)


class VennCount(FigureFamily[Venn]):
    capability = "math_reasoning"
    image_type = "diagram"
    answer_kind = "number"
    conditions = knobs(sets=("2", "3"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Venn:
        games = distinct(rng, GAMES, int(condition["sets"]))
        regions = [r for r in product((True, False), repeat=len(games)) if any(r)]
        numbers = distinct(rng, range(2, 40), len(regions))
        return Venn(tuple(games), dict(zip(regions, numbers, strict=True)))

    def ask(self, rng: random.Random, figure: Venn, condition: Mapping[str, str]) -> Asked | None:
        one, other = rng.sample(figure.games, 2)
        wanted, words = rng.choice(
            (
                ({one: True, other: False}, f"{one} but not {other}"),
                ({one: True, other: True}, f"both {one} and {other}"),
                ({one: True}, f"{one} altogether"),
            )
        )
        total, names = figure.count(wanted)
        return Asked(
            f"The circles show how many play which game. How many play {words}?", str(total), names
        )


PLUGIN: Final[Family] = VennCount()
