"""How many objects a scene has: "How many objects are there?" → `5`; few are one to three, many are
four to six."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question, knobs
from generation.scene import Scene, compose_scene

_COUNTS: Final = {"few": (1, 2, 3), "many": (4, 5, 6)}


class Counting(PictureFamily[Scene]):
    capability = "counting"
    image_type = "geometric"
    answer_kind = "number"
    conditions = knobs(objects=tuple(_COUNTS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, _COUNTS[condition["objects"]])

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        count = len(picture.things)
        if count not in _COUNTS[condition["objects"]]:
            return None
        boxes = tuple(thing.box for thing in picture.things)
        return Question("How many objects are there?", str(count), dict(condition), boxes)


PLUGIN: Final[Family] = Counting()
