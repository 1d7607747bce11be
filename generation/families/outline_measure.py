"""Area or perimeter of a rectangle or an L-shape from labelled sides: "What is the area of the
figure in square centimetres?" → `54`; drawn to scale."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.outline import Outline, compose_outline
from generation.family import Family
from generation.picture import knobs


class OutlineMeasure(FigureFamily[Outline]):
    capability = "geometry"
    image_type = "geometric"
    answer_kind = "number"
    conditions = knobs(figure=("rectangle", "ell"), measure=("area", "perimeter"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Outline:
        return compose_outline(rng, cut=condition["figure"] == "ell")

    def ask(
        self, rng: random.Random, figure: Outline, condition: Mapping[str, str]
    ) -> Asked | None:
        names = ("wide", "high", *(("upper", "lower right") if figure.cut else ()))
        if condition["measure"] == "area":
            text = "All corners are right angles. What is the area in square centimetres?"
            return Asked(text, str(figure.area), names)
        text = "All corners are right angles. What is the perimeter in centimetres?"
        return Asked(text, str(figure.perimeter), names)


PLUGIN: Final[Family] = OutlineMeasure()
