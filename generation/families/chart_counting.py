"""How many bars a chart has: "How many bars are there?" → `4`, from two to five."""

import random
from collections.abc import Mapping
from typing import Final

from generation.chart import BarChart, compose_chart
from generation.family import Family
from generation.picture import PictureFamily, Question


class ChartCounting(PictureFamily[BarChart]):
    capability = "counting"
    image_type = "chart_graph"
    answer_kind = "number"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> BarChart:
        return compose_chart(rng, bars=rng.randint(2, 5))

    def ask(
        self, rng: random.Random, picture: BarChart, condition: Mapping[str, str]
    ) -> Question | None:
        count = len(picture.colors)
        boxes = tuple(picture.box(i) for i in range(count))
        return Question("How many bars are there?", str(count), evidence=boxes)


PLUGIN: Final[Family] = ChartCounting()
