"""Counting along two lines that cross: "In how many months is the red line above the blue line?" →
`3`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.lines import LineChart, compose_lines
from generation.family import Family
from generation.picture import knobs

MONTHS: Final = {"few": (4, 5), "many": (7, 8)}


class LineAbove(FigureFamily[LineChart]):
    capability = "counting"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(months=tuple(MONTHS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> LineChart:
        return compose_lines(rng, 2, rng.randint(*MONTHS[condition["months"]]))

    def ask(
        self, rng: random.Random, figure: LineChart, condition: Mapping[str, str]
    ) -> Asked | None:
        one, other = figure.lines
        above = [
            month
            for month, a, b in zip(
                figure.months, figure.lines[one], figure.lines[other], strict=True
            )
            if a > b
        ]
        text = f"In how many months is the {one} line above the {other} line?"
        return Asked(text, str(len(above)), tuple(f"{one} {month}" for month in above))


PLUGIN: Final[Family] = LineAbove()
