"""The color of one tile of a mosaic: "What color is the tile in row 2, column 3?" → `blue`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.mosaic import Mosaic, compose_mosaic
from generation.family import Family
from generation.picture import knobs


class MosaicColor(FigureFamily[Mosaic]):
    capability = "color"
    image_type = "artistic"
    conditions = knobs(tiles=("4x4", "6x6", "8x8"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Mosaic:
        return compose_mosaic(rng, int(condition["tiles"][0]))

    def ask(self, rng: random.Random, figure: Mosaic, condition: Mapping[str, str]) -> Asked | None:
        row, column = (rng.randrange(len(figure.tiles)) for _ in "rc")
        text = (
            "Rows are counted from the top, columns from the left, both from 1. "
            f"What color is the tile in row {row + 1}, column {column + 1}?"
        )
        return Asked(text, figure.tiles[row][column], (f"{row} {column}",))


PLUGIN: Final[Family] = MosaicColor()
