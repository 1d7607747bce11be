"""Which bar stands out: "Which bar is the tallest?" → `red`, on charts of three or four bars."""

import random
from collections.abc import Mapping
from typing import Final

from generation.chart import BarChart, compose_chart
from generation.family import Family
from generation.picture import PictureFamily, Question, knobs

_PICK: Final = {"tallest": max, "shortest": min}


class ChartExtremum(PictureFamily[BarChart]):
    capability = "chart_reading"
    image_type = "chart_graph"
    conditions = knobs(bars=("3", "4"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> BarChart:
        return compose_chart(rng, bars=int(condition["bars"]))

    def ask(
        self, rng: random.Random, picture: BarChart, condition: Mapping[str, str]
    ) -> Question | None:
        if len(picture.colors) != int(condition["bars"]):
            return None
        extreme = rng.choice(tuple(_PICK))
        index = picture.heights.index(_PICK[extreme](picture.heights))
        text, target = f"Which bar is the {extreme}?", picture.colors[index]
        return Question(text, target, dict(condition), (picture.box(index),))


PLUGIN: Final[Family] = ChartExtremum()
