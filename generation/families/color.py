"""Which color a shape has: "What color is the circle?" → `red`, asked where there is only one
circle."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import SHAPES, Scene, compose_scene


class Color(PictureFamily[Scene]):
    capability = "color"
    image_type = "geometric"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        single = [things[0] for s in SHAPES if len(things := picture.of_shape(s)) == 1]
        if not single:
            return None
        thing = rng.choice(single)
        return Question(f"What color is the {thing.shape}?", thing.color, evidence=(thing.box,))


PLUGIN: Final[Family] = Color()
