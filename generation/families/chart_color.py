"""Which color the outermost bar of a chart has: "What color is the bar on the left?" → `red`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.chart import BarChart, compose_chart
from generation.family import Family
from generation.picture import PictureFamily, Question

_ENDS: Final = {"left": 0, "right": -1}


class ChartColor(PictureFamily[BarChart]):
    capability = "color"
    image_type = "chart_graph"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> BarChart:
        return compose_chart(rng, bars=rng.randint(2, 5))

    def ask(
        self, rng: random.Random, picture: BarChart, condition: Mapping[str, str]
    ) -> Question | None:
        end = rng.choice(tuple(_ENDS))
        index = _ENDS[end] % len(picture.colors)
        text, target = f"What color is the bar on the {end}?", picture.colors[index]
        return Question(text, target, evidence=(picture.box(index),))


PLUGIN: Final[Family] = ChartColor()
