"""In which half of the picture an object is: "Is the red object on the left or on the right?" →
`left`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question, knobs
from generation.scene import Scene, compose_scene

_WORDING: Final = {
    "horizontal": "Is the {} object on the left or on the right?",
    "vertical": "Is the {} object at the top or at the bottom?",
}


class Spatial(PictureFamily[Scene]):
    capability = "spatial"
    image_type = "geometric"
    conditions = knobs(axis=tuple(_WORDING))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3, 4))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        thing = rng.choice(picture.things)
        text = _WORDING[condition["axis"]].format(thing.color)
        target = thing.side if condition["axis"] == "horizontal" else thing.level
        return Question(text, target, dict(condition), (thing.box,))


PLUGIN: Final[Family] = Spatial()
