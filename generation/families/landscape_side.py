"""How things of a drawn landscape lie to one another: "Is the sun further to the left or further to
the right than the hut?" → `right`. It is a drawing, not a photograph."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.landscape import KINDS, Landscape, compose_landscape
from generation.family import Family
from generation.picture import knobs

_CLEAR: Final = {"near": (24, 110), "far": (140, 440)}
"""Least and most units across from one middle to the other."""


class LandscapeSide(FigureFamily[Landscape]):
    capability = "spatial"
    image_type = "natural_scene"
    conditions = knobs(distance=tuple(_CLEAR))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Landscape:
        while True:
            landscape = compose_landscape(
                rng, {kind: rng.randint(0, 1 if kind == "sun" else 2) for kind in KINDS}
            )
            if landscape is not None:
                return landscape

    def ask(
        self, rng: random.Random, figure: Landscape, condition: Mapping[str, str]
    ) -> Asked | None:
        single = [kind for kind in KINDS if len(figure.of(kind)) == 1]
        if len(single) < 2:
            return None
        one, other = rng.sample(single, 2)
        (_, x, y), (_, a, b) = figure.of(one)[0], figure.of(other)[0]
        least, most = _CLEAR[condition["distance"]]
        if not least <= abs(x - a) <= most:
            return None
        text = f"Is the {one} further to the left or further to the right than the {other}?"
        target = "left" if x < a else "right"
        return Asked(text, target, (f"{one} {x} {y}", f"{other} {a} {b}"))


PLUGIN: Final[Family] = LandscapeSide()
