"""Whether something is there at all: "Is there a red circle?" → `no`; what resists hallucination
and what does not.

Half of the absent objects have a color that is present in another shape.
"""

import random
from collections.abc import Mapping
from typing import Final

from generation.canvas import COLORS
from generation.family import Family
from generation.picture import PictureFamily, Question, knobs
from generation.scene import SHAPES, Scene, compose_scene


class Presence(PictureFamily[Scene]):
    capability = "presence"
    image_type = "geometric"
    answer_kind = "yes_no"
    conditions = knobs(truth=("present", "absent"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3, 4))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        if condition["truth"] == "absent":
            color, shape = _absent(rng, picture)
            return Question(f"Is there a {color} {shape}?", "no", dict(condition))
        thing = rng.choice(picture.things)
        text = f"Is there a {thing.color} {thing.shape}?"
        return Question(text, "yes", dict(condition), (thing.box,))


def _absent(rng: random.Random, scene: Scene) -> tuple[str, str]:
    """A color and a shape that no object of the scene has together."""
    colors = [thing.color for thing in scene.things] if rng.random() < 0.5 else list(COLORS)
    while True:
        color, shape = rng.choice(colors), rng.choice(SHAPES)
        if not scene.has(color, shape):
            return color, shape


PLUGIN: Final[Family] = Presence()
