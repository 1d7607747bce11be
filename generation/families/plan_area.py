"""The area of a room of a floor plan: "What is the floor area of the Bath in square metres?" →
`12`, from the sizes along the edges; drawn to scale."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.floor_plan import FloorPlan, compose_plan
from generation.families.plan_doors import ROOMS
from generation.family import Family
from generation.picture import knobs


class PlanArea(FigureFamily[FloorPlan]):
    capability = "geometry"
    image_type = "architectural"
    answer_kind = "number"
    conditions = knobs(rooms=tuple(ROOMS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> FloorPlan:
        return compose_plan(rng, *ROOMS[condition["rooms"]])

    def ask(
        self, rng: random.Random, figure: FloorPlan, condition: Mapping[str, str]
    ) -> Asked | None:
        room = rng.choice(figure.rooms)
        column, row = figure.spots[room]
        text = f"What is the floor area of the {room} in square metres?"
        return Asked(text, str(figure.area(room)), (room, f"column {column}", f"row {row}"))


PLUGIN: Final[Family] = PlanArea()
