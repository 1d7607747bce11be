"""Which of two objects is bigger or smaller: "Which object is bigger, the red one or the blue one?"
→ `blue`.

Only asked of a large and a small object, whose heights differ by a third at least.
"""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import Scene, compose_scene


class SizeComparison(PictureFamily[Scene]):
    capability = "size_comparison"
    image_type = "geometric"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(2, 3))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        large = [thing for thing in picture.things if thing.grade == "large"]
        small = [thing for thing in picture.things if thing.grade == "small"]
        if not large or not small:
            return None
        pair = [rng.choice(large), rng.choice(small)]
        adjective, winner = rng.choice((("bigger", pair[0]), ("smaller", pair[1])))
        boxes = (pair[0].box, pair[1].box)
        rng.shuffle(pair)
        text = f"Which object is {adjective}, the {pair[0].color} one or the {pair[1].color} one?"
        return Question(text, winner.color, evidence=boxes)


PLUGIN: Final[Family] = SizeComparison()
