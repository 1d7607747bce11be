"""Which shape the object of a color has: "What shape is the red object?" → `triangle`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import Scene, compose_scene


class Shape(PictureFamily[Scene]):
    capability = "shape"
    image_type = "geometric"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3, 4))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        thing = rng.choice(picture.things)
        text = f"What shape is the {thing.color} object?"
        return Question(text, thing.shape, evidence=(thing.box,))


PLUGIN: Final[Family] = Shape()
