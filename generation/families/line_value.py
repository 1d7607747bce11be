"""Reading a value off a line chart: "What is the value of the red line in Mar?" → `45`; every value
lies on a line of the grid or in the middle between two."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.lines import LineChart, compose_lines
from generation.family import Family
from generation.picture import knobs


class LineValue(FigureFamily[LineChart]):
    capability = "chart_reading"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(series=("1", "2", "3"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> LineChart:
        return compose_lines(rng, int(condition["series"]), rng.randint(4, 7))

    def ask(
        self, rng: random.Random, figure: LineChart, condition: Mapping[str, str]
    ) -> Asked | None:
        name, at = rng.choice(list(figure.lines)), rng.randrange(len(figure.months))
        month = figure.months[at]
        text = f"What is the value of the {name} line in {month}?"
        return Asked(text, str(figure.lines[name][at]), (f"{name} {month}",))


PLUGIN: Final[Family] = LineValue()
