"""Reading one part of a stack, which does not begin at zero: "How much does green contribute to the
bar of West?" → `20`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.bars import Bars, compose_bars
from generation.drawn.figure import Asked, FigureFamily
from generation.family import Family
from generation.picture import knobs


class StackedPart(FigureFamily[Bars]):
    capability = "chart_reading"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(parts=("2", "3"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Bars:
        return compose_bars(rng, rng.randint(2, 5), int(condition["parts"]), stacked=True)

    def ask(self, rng: random.Random, figure: Bars, condition: Mapping[str, str]) -> Asked | None:
        name, at = rng.choice(list(figure.series)), rng.randrange(len(figure.regions))
        region = figure.regions[at]
        text = f"How much does {name} contribute to the stacked bar of {region}?"
        return Asked(text, str(figure.series[name][at]), (f"{name} {region}",))


PLUGIN: Final[Family] = StackedPart()
