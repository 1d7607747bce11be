"""Floor plans: rooms on a grid of columns and rows, doors in some of the walls between them and in
the walls outside, sizes in metres.

>>> compose_plan(random.Random(0), columns=2, rows=1).content
'plan columns 6 6 rows 3: Bedroom Pantry; doors Bedroom-Pantry'

They are drawings of plans: no furniture, no stairs, walls along two directions.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import distinct

ROOMS: Final = ("Kitchen", "Office", "Bath", "Hall", "Bedroom", "Studio", "Dining", "Lounge",
                "Pantry", "Study", "Nursery")  # fmt: skip
OUTSIDE: Final = "outside"
Door = tuple[str, str]


@dataclass(frozen=True)
class FloorPlan:
    """Widths of the columns and heights of the rows in metres, the rooms row by row, the doors."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]
    rooms: tuple[str, ...]
    doors: tuple[Door, ...]

    @property
    def content(self) -> str:
        doors = " ".join("-".join(door) for door in self.doors)
        sizes = f"columns {' '.join(map(str, self.columns))} rows {' '.join(map(str, self.rows))}"
        return f"plan {sizes}: {' '.join(self.rooms)}; doors {doors}"

    @cached_property
    def spots(self) -> dict[str, tuple[int, int]]:
        """Column and row by room."""
        return {
            room: (i % len(self.columns), i // len(self.columns))
            for i, room in enumerate(self.rooms)
        }

    def area(self, room: str) -> int:
        column, row = self.spots[room]
        return self.columns[column] * self.rows[row]

    def doors_of(self, room: str) -> list[Door]:
        return [door for door in self.doors if room in door]

    def beside(self, room: str) -> list[str]:
        """The rooms that share a wall with it."""
        x, y = self.spots[room]
        return [r for r, (a, b) in self.spots.items() if abs(a - x) + abs(b - y) == 1]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        unit = min(340 / sum(self.columns), 340 / sum(self.rows))
        left, top = 84.0, rng.uniform(50, 64)
        xs = [left + unit * sum(self.columns[:i]) for i in range(len(self.columns) + 1)]
        ys = [top + unit * sum(self.rows[:i]) for i in range(len(self.rows) + 1)]
        tints = ((252, 250, 244), (236, 242, 248), (246, 240, 232), (238, 246, 238))
        places: dict[str, Box] = {}
        for room, (c, r) in self.spots.items():
            places[room] = (xs[c], ys[r], xs[c + 1], ys[r + 1])
            plate.rectangle(places[room], rng.choice(tints), plate.ink, 4)
        boxes = {f"room {room}": box for room, box in places.items()}
        for one, other in self.doors:
            boxes[f"{one}-{other}"] = self._door(plate, places, one, other)
        for room, (x0, y0, x1, y1) in places.items():
            boxes[room] = plate.text((x0 + x1) / 2, (y0 + y1) / 2, room, 16)
        for i, metres in enumerate(self.columns):
            name, x = f"column {i}", (xs[i] + xs[i + 1]) / 2
            boxes[name] = plate.text(x, top - 20, f"{metres} m", 16, face="plain")
        for i, metres in enumerate(self.rows):
            name, y = f"row {i}", (ys[i] + ys[i + 1]) / 2
            boxes[name] = plate.text(left - 18, y, f"{metres} m", 16, face="plain", anchor="rm")
        return boxes

    def _door(self, plate: Plate, places: Mapping[str, Box], one: str, other: str) -> Box:
        """A gap in the wall, closed by a brown leaf."""
        x0, y0, x1, y1 = places[one]
        if other == OUTSIDE:
            box = self._outer(one, places[one])
        elif self.spots[one][1] == self.spots[other][1]:
            x, y = max(x0, places[other][0]), (y0 + y1) / 2
            box = (
                (x - 6, y + 16, x + 6, y + 42) if y1 - y0 > 100 else (x - 6, y - 13, x + 6, y + 13)
            )
        else:
            x, y = (x0 + x1) / 2, max(y0, places[other][1])
            box = (x - 13, y - 6, x + 13, y + 6)
        return plate.rectangle(box, (186, 112, 52), (90, 50, 20))

    def _outer(self, room: str, place: Box) -> Box:
        """In the wall to the left or to the right of the house, whichever the room has."""
        x0, y0, x1, y1 = place
        x, y = (x0 if self.spots[room][0] == 0 else x1), (y0 + y1) / 2
        y += 14 if self.spots[room][0] == 0 else 0
        return x - 6, y, x + 6, y + 26


def compose_plan(rng: random.Random, columns: int, rows: int) -> FloorPlan:
    """A house in which some of the neighbouring rooms have a door between them, and some of the
    rooms at its left and right side a door to the outside.
    """
    wide = tuple(rng.randint(3, 6) for _ in range(columns))
    high = tuple(rng.randint(3, 6) for _ in range(rows))
    plan = FloorPlan(wide, high, tuple(distinct(rng, ROOMS, columns * rows)), ())
    pairs = [
        (a, b) for i, a in enumerate(plan.rooms) for b in plan.beside(a) if plan.rooms.index(b) > i
    ]
    doors = [pair for pair in pairs if rng.random() < 0.55]
    rim = [room for room, (x, _) in plan.spots.items() if x in (0, columns - 1)]
    doors += [(room, OUTSIDE) for room in rim if rng.random() < 0.35]
    return FloorPlan(wide, high, plan.rooms, tuple(doors))
