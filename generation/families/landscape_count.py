"""Counting things of a drawn landscape: "How many trees are there?" → `4`. It is a drawing, not a
photograph."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.landscape import Landscape, compose_landscape
from generation.family import Family
from generation.picture import knobs

_PLURAL: Final = {
    "tree": "trees",
    "flower": "flowers",
    "sheep": "sheep",
    "bird": "birds",
    "cloud": "clouds",
}
COUNTS: Final = {"few": (1, 4), "many": (5, 8)}


class LandscapeCount(FigureFamily[Landscape]):
    capability = "counting"
    image_type = "natural_scene"
    answer_kind = "number"
    conditions = knobs(things=tuple(COUNTS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Landscape:
        asked = [kind for kind in _PLURAL if kind != "cloud" or condition["things"] == "few"]
        asked = [kind for kind in asked if kind != "tree" or condition["things"] == "few"]
        while True:
            counts = {kind: rng.randint(0, 3) for kind in _PLURAL} | {"sun": rng.randint(0, 1)}
            counts[rng.choice(asked)] = rng.randint(*COUNTS[condition["things"]])
            landscape = compose_landscape(rng, counts)
            if landscape is not None:
                return landscape

    def ask(
        self, rng: random.Random, figure: Landscape, condition: Mapping[str, str]
    ) -> Asked | None:
        least, most = COUNTS[condition["things"]]
        kinds = [kind for kind in _PLURAL if least <= len(figure.of(kind)) <= most]
        if not kinds:
            return None
        kind = rng.choice(kinds)
        found = figure.of(kind)
        names = tuple(f"{k} {x} {y}" for k, x, y in found)
        return Asked(f"How many {_PLURAL[kind]} are there in the picture?", str(len(found)), names)


PLUGIN: Final[Family] = LandscapeCount()
