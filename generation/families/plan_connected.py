"""Whether a door joins two rooms that share a wall: "Is there a door directly between the Kitchen
and the Hall?" → `no`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.floor_plan import FloorPlan, compose_plan
from generation.families.plan_doors import ROOMS
from generation.family import Family
from generation.picture import knobs


class PlanConnected(FigureFamily[FloorPlan]):
    capability = "spatial"
    image_type = "architectural"
    answer_kind = "yes_no"
    conditions = knobs(door=("present", "absent"), rooms=tuple(ROOMS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> FloorPlan:
        return compose_plan(rng, *ROOMS[condition["rooms"]])

    def ask(
        self, rng: random.Random, figure: FloorPlan, condition: Mapping[str, str]
    ) -> Asked | None:
        yes = condition["door"] == "present"
        pairs = [
            (one, other)
            for one in figure.rooms
            for other in figure.beside(one)
            if (bool(set(figure.doors) & {(one, other), (other, one)})) == yes
        ]
        if not pairs:
            return None
        one, other = rng.choice(pairs)
        text = (
            f"Doors are drawn in brown. Is there a door directly between the {one} and the {other}?"
        )
        return Asked(text, "yes" if yes else "no", (f"room {one}", f"room {other}"))


PLUGIN: Final[Family] = PlanConnected()
