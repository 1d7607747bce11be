"""The shortest way through streets some of which are missing: "How many street sections long is the
shortest way from A to B?" → `6`."""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.family import Family
from generation.picture import knobs

Spot = tuple[int, int]
Street = tuple[Spot, Spot]
_MISSING: Final = 0.3


@dataclass(frozen=True)
class Streets:
    """Crossings by column and row on a square of `side`; the streets between neighbours."""

    side: int
    streets: tuple[Street, ...]
    start: Spot
    goal: Spot

    @property
    def content(self) -> str:
        said = " ".join(f"{a}{b}-{c}{d}" for (a, b), (c, d) in self.streets)
        ends = f"A={self.start[0]}{self.start[1]} B={self.goal[0]}{self.goal[1]}"
        return f"streets {self.side} {ends}: {said}"

    @property
    def steps(self) -> int | None:
        """Sections of the shortest way from A to B, or None where there is none."""
        reached, queue = {self.start: 0}, deque([self.start])
        while queue:
            here = queue.popleft()
            for street in self.streets:
                if here in street:
                    there = street[1] if street[0] == here else street[0]
                    if there not in reached:
                        reached[there] = reached[here] + 1
                        queue.append(there)
        return reached.get(self.goal)

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        step = 350 / (self.side - 1)
        left, top = rng.uniform(36, 62), rng.uniform(36, 62)
        plate.rectangle((left - 26, top - 26, left + 376, top + 376), fill=(222, 232, 214))
        at = {
            (x, y): (left + x * step, top + y * step)
            for x in range(self.side)
            for y in range(self.side)
        }
        for one, other in self.streets:
            plate.line([at[one], at[other]], (110, 110, 115), 11)
        for spot in {spot for street in self.streets for spot in street}:
            plate.disc(*at[spot], 8, (110, 110, 115))
        boxes = {}
        for name, spot, fill in (
            ("A", self.start, (255, 255, 255)),
            ("B", self.goal, (255, 236, 150)),
        ):
            boxes[name] = plate.disc(*at[spot], 18, fill, plate.ink)
            plate.text(*at[spot], name, 19, face="bold")
        return boxes


class ShortestWay(FigureFamily[Streets]):
    capability = "logical_reasoning"
    image_type = "map"
    answer_kind = "number"
    conditions = knobs(crossings=("4x4", "5x5", "6x6"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Streets:
        side = int(condition["crossings"][0])
        spots = [(x, y) for x in range(side) for y in range(side)]
        near = [((x, y), (x + 1, y)) for x, y in spots if x + 1 < side]
        near += [((x, y), (x, y + 1)) for x, y in spots if y + 1 < side]
        kept = tuple(street for street in near if rng.random() > _MISSING)
        start, goal = rng.sample(spots, 2)
        return Streets(side, kept, start, goal)

    def ask(
        self, rng: random.Random, figure: Streets, condition: Mapping[str, str]
    ) -> Asked | None:
        """Two steps at least; most questions are of ways longer than as the crow flies."""
        steps = figure.steps
        straight = sum(abs(a - b) for a, b in zip(figure.start, figure.goal, strict=True))
        if steps is None or steps < 2 or (steps == straight and rng.random() < 0.7):
            return None
        text = (
            "A street section joins two neighbouring crossings. How many sections long is the "
            "shortest way along the streets from A to B?"
        )
        return Asked(text, str(steps), ("A", "B"))


PLUGIN: Final[Family] = ShortestWay()
