"""Counting two shapes and adding them, in steps: "How many circles and squares are there in total?"
→ `2 + 1 = 3`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import SHAPES, Scene, compose_scene


class Total(PictureFamily[Scene]):
    capability = "arithmetic"
    image_type = "geometric"
    answer_kind = "number"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(2, 3, 4))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        shapes = [shape for shape in SHAPES if picture.of_shape(shape)]
        if len(shapes) < 2:
            return None
        first, second = rng.sample(shapes, 2)
        one, other = picture.of_shape(first), picture.of_shape(second)
        text = f"How many {first}s and {second}s are there in total?"
        steps = f"{len(one)} + {len(other)} = {len(one) + len(other)}"
        return Question(text, steps, evidence=tuple(thing.box for thing in one + other))


PLUGIN: Final[Family] = Total()
