"""Counting the doors of a room on a floor plan: "How many doors does the Kitchen have?" → `2`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.floor_plan import FloorPlan, compose_plan
from generation.family import Family
from generation.picture import knobs

ROOMS: Final = {"4": (2, 2), "6": (2, 3), "9": (3, 3)}
"""Columns and rows by the number of rooms."""


class PlanDoors(FigureFamily[FloorPlan]):
    capability = "counting"
    image_type = "architectural"
    answer_kind = "number"
    conditions = knobs(rooms=tuple(ROOMS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> FloorPlan:
        return compose_plan(rng, *ROOMS[condition["rooms"]])

    def ask(
        self, rng: random.Random, figure: FloorPlan, condition: Mapping[str, str]
    ) -> Asked | None:
        """Each number of doors up to four is as likely to be asked for as another."""
        count = rng.randint(0, 4)
        rooms = [room for room in figure.rooms if len(figure.doors_of(room)) == count]
        if not rooms:
            return None
        room = rng.choice(rooms)
        text = f"Doors are drawn in brown. How many doors does the {room} have?"
        names = tuple("-".join(door) for door in figure.doors_of(room))
        return Asked(text, str(count), (f"room {room}", *names))


PLUGIN: Final[Family] = PlanDoors()
