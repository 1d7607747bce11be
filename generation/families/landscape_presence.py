"""Whether a drawn landscape shows a thing that would suit it: "Is there a hut in the picture?" →
`no`. It is a drawing, not a photograph."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.landscape import KINDS, Landscape, compose_landscape
from generation.family import Family
from generation.picture import knobs


class LandscapePresence(FigureFamily[Landscape]):
    capability = "hallucination_resistance"
    image_type = "natural_scene"
    answer_kind = "yes_no"
    conditions = knobs(truth=("present", "absent"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Landscape:
        while True:
            landscape = compose_landscape(
                rng,
                {kind: rng.choice((0, 0, 1, 2, 3)) for kind in KINDS if kind != "sun"}
                | {"sun": rng.randint(0, 1)},
            )
            if landscape is not None:
                return landscape

    def ask(
        self, rng: random.Random, figure: Landscape, condition: Mapping[str, str]
    ) -> Asked | None:
        """An absent thing is asked for only where several others are to be seen."""
        present = condition["truth"] == "present"
        kinds = [kind for kind in KINDS if bool(figure.of(kind)) == present]
        if not kinds or len(figure.things) < 4:
            return None
        kind = rng.choice(kinds)
        names = tuple(f"{k} {x} {y}" for k, x, y in figure.of(kind))
        noun = "any sheep" if kind == "sheep" else f"a {kind}"
        verb = "Are" if kind == "sheep" else "Is"
        text = f"{verb} there {noun} in the picture?"
        return Asked(text, "yes" if present else "no", names)


PLUGIN: Final[Family] = LandscapePresence()
