"""Comparing two bars of a group: "By how much is the red bar of North higher than the blue one?" →
`25`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.bars import Bars, compose_bars
from generation.drawn.figure import Asked, FigureFamily
from generation.family import Family
from generation.picture import knobs

GROUPS: Final = {"few": (2, 3), "many": (5, 6)}


class BarDifference(FigureFamily[Bars]):
    capability = "arithmetic"
    image_type = "chart_graph"
    answer_kind = "number"
    conditions = knobs(groups=tuple(GROUPS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Bars:
        groups = rng.randint(*GROUPS[condition["groups"]])
        return compose_bars(rng, groups, rng.choice((2, 3)), stacked=False)

    def ask(self, rng: random.Random, figure: Bars, condition: Mapping[str, str]) -> Asked | None:
        at = rng.randrange(len(figure.regions))
        low, high = sorted(rng.sample(list(figure.series), 2), key=lambda c: figure.series[c][at])
        difference = figure.series[high][at] - figure.series[low][at]
        if difference == 0:
            return None
        region = figure.regions[at]
        text = f"By how much is the {high} bar of {region} higher than the {low} bar of {region}?"
        return Asked(text, str(difference), (f"{high} {region}", f"{low} {region}"))


PLUGIN: Final[Family] = BarDifference()
