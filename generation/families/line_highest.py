"""Comparing lines: "Which line is the highest in Mar?" → `blue`; no two are nearly level there."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.lines import LineChart, compose_lines
from generation.family import Family
from generation.picture import knobs

_PICK: Final = {"highest": max, "lowest": min}


class LineHighest(FigureFamily[LineChart]):
    capability = "chart_reading"
    image_type = "chart_graph"
    conditions = knobs(series=("3", "4"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> LineChart:
        return compose_lines(rng, int(condition["series"]), rng.randint(4, 7))

    def ask(
        self, rng: random.Random, figure: LineChart, condition: Mapping[str, str]
    ) -> Asked | None:
        extreme, at = rng.choice(tuple(_PICK)), rng.randrange(len(figure.months))
        month = figure.months[at]
        name = _PICK[extreme](figure.lines, key=lambda line: figure.lines[line][at])
        text = f"Which line is the {extreme} in {month}? Answer with its color."
        return Asked(text, name, (f"{name} {month}",))


PLUGIN: Final[Family] = LineHighest()
