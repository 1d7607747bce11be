"""What the picture does not say: "What shape is the red object?" where nothing is red → `cannot be
determined`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import Scene, compose_scene

ANSWER: Final = "cannot be determined"


class Unanswerable(PictureFamily[Scene]):
    capability = "unanswerable"
    image_type = "geometric"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3, 4))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        if not picture.missing_colors:
            return None
        return Question(f"What shape is the {rng.choice(picture.missing_colors)} object?", ANSWER)


PLUGIN: Final[Family] = Unanswerable()
