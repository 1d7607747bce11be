"""Whether the left half of a mosaic mirrors the right: → `no`, where one to three tiles differ."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.mosaic import Mosaic, compose_mosaic, mirrored
from generation.family import Family
from generation.picture import knobs


class MosaicSymmetry(FigureFamily[Mosaic]):
    capability = "perception"
    image_type = "artistic"
    answer_kind = "yes_no"
    conditions = knobs(symmetry=("kept", "broken"), tiles=("5x5", "6x6", "7x7"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Mosaic:
        mosaic = compose_mosaic(rng, int(condition["tiles"][0]))
        if len({name for row in mosaic.tiles for name in row[: len(row) // 2]}) < 2:
            return mosaic
        faults = 0 if condition["symmetry"] == "kept" else rng.randint(1, 3)
        return mirrored(rng, mosaic, faults)

    def ask(self, rng: random.Random, figure: Mosaic, condition: Mapping[str, str]) -> Asked | None:
        unlike, side = figure.unlike, len(figure.tiles)
        if bool(unlike) == (condition["symmetry"] == "kept") or len(unlike) > 3:
            return None
        text = (
            "Is the mosaic symmetric, its right half the mirror image of its left half "
            "in every tile?"
        )
        names = [f"{j} {column}" for j, i in unlike for column in (i, side - 1 - i)]
        return Asked(text, "no" if unlike else "yes", tuple(names))


PLUGIN: Final[Family] = MosaicSymmetry()
