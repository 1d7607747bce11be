"""Where an object is: "Where is the red object? Give its box." → `[1, 4, 4, 7]`.

The grid: lines 0 to 9 from left to right and from top to bottom, 0 and 9 being the edges of the
picture. A box is [left, top, right, bottom], each rounded to the nearest line. Only large objects
are asked for: of a small one, two lines high, a single wrong line would already miss half.
"""

import random
from collections.abc import Mapping
from typing import Final

from generation.canvas import Box
from generation.family import Family
from generation.picture import PictureFamily, Question
from generation.scene import Scene, compose_scene

GRID: Final = 9


class Localisation(PictureFamily[Scene]):
    capability = "localisation"
    image_type = "geometric"
    answer_kind = "box"

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Scene:
        return compose_scene(rng, counts=(1, 2, 3))

    def ask(
        self, rng: random.Random, picture: Scene, condition: Mapping[str, str]
    ) -> Question | None:
        large = [thing for thing in picture.things if thing.grade == "large"]
        if not large:
            return None
        thing = rng.choice(large)
        text = f"Where is the {thing.color} object? Give its box."
        return Question(text, on_grid(thing.box), evidence=(thing.box,))


def on_grid(box: Box) -> str:
    """A relative box in the lines of the grid, e.g. `[1, 4, 4, 7]`."""
    return f"[{', '.join(str(round(GRID * edge)) for edge in box)}]"


PLUGIN: Final[Family] = Localisation()
