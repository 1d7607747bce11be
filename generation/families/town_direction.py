"""Directions on a street map: "What is on the block directly north of the Bank?" → `Library`; the
arrow need not point upwards."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.town import COMPASS, NORTH, Town, compose_town
from generation.family import Family
from generation.picture import knobs


class TownDirection(FigureFamily[Town]):
    capability = "spatial"
    image_type = "map"
    conditions = knobs(arrow=("up", "turned"), blocks=("3", "4"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Town:
        turned = [way for way in NORTH if way != "up"]
        north = "up" if condition["arrow"] == "up" else rng.choice(turned)
        return compose_town(rng, int(condition["blocks"]), north)

    def ask(self, rng: random.Random, figure: Town, condition: Mapping[str, str]) -> Asked | None:
        name, way = rng.choice(sorted(figure.spots)), rng.choice(COMPASS)
        found = figure.beside(name, way)
        if not found:
            return None
        text = f"What is on the block directly {way} of the {name}? Mind the arrow to the north."
        return Asked(text, found, (name, found, "arrow"))


PLUGIN: Final[Family] = TownDirection()
