"""Counting the children of a node of a tree: "How many children does node K have?" → `3`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import distinct
from generation.family import Family
from generation.picture import knobs

DEPTHS: Final = {"2": (3, 4), "3": (2, 3)}
"""Least and most children of the root, by the levels below it."""
_WIDEST: Final = 11


@dataclass(frozen=True)
class Tree:
    """The children of each node, by name, the root first; every name stands once."""

    children: Mapping[str, tuple[str, ...]]

    @property
    def content(self) -> str:
        said = "; ".join(
            f"{node}: {' '.join(kids)}" for node, kids in self.children.items() if kids
        )
        return f"tree {said}"

    @cached_property
    def root(self) -> str:
        return next(iter(self.children))

    @cached_property
    def levels(self) -> list[list[str]]:
        """The nodes by level, each level from left to right."""
        found = [[self.root]]
        while below := [kid for node in found[-1] for kid in self.children[node]]:
            found.append(below)
        return found

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        at = self._places()
        fill = rng.choice(((255, 240, 205), (214, 234, 248), (226, 239, 218)))
        for node, kids in self.children.items():
            for kid in kids:
                plate.line([at[node], at[kid]], plate.ink, 1.8)
        boxes = {}
        for node, (x, y) in at.items():
            boxes[node] = plate.disc(x, y, 15, fill, plate.ink)
            plate.text(x, y, node, 16)
        return boxes

    def _places(self) -> dict[str, tuple[float, float]]:
        """Leaves side by side, each other node above the middle of its children."""
        leaves = [node for node in self._in_order(self.root) if not self.children[node]]
        wide, high = 424 / len(leaves), 380 / (len(self.levels) - 1)
        x = {leaf: 12 + wide * (i + 0.5) for i, leaf in enumerate(leaves)}
        for level in reversed(self.levels):
            for node in level:
                if kids := self.children[node]:
                    x[node] = (x[kids[0]] + x[kids[-1]]) / 2
        return {n: (x[n], 34 + i * high) for i, level in enumerate(self.levels) for n in level}

    def _in_order(self, node: str) -> list[str]:
        return [node, *(n for kid in self.children[node] for n in self._in_order(kid))]


class TreeChildren(FigureFamily[Tree]):
    capability = "counting"
    image_type = "diagram"
    answer_kind = "number"
    conditions = knobs(levels=tuple(DEPTHS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Tree:
        names = distinct(rng, ascii_uppercase, 26)
        children: dict[str, tuple[str, ...]] = {}
        level = [names.pop()]
        for depth in range(int(condition["levels"])):
            below: list[str] = []
            for node in level:
                least = DEPTHS[condition["levels"]][0] if depth == 0 else 0
                most = DEPTHS[condition["levels"]][1] if depth == 0 else 4
                count = min(rng.randint(least, most), _WIDEST - len(below), len(names))
                children[node] = tuple(names.pop() for _ in range(count))
                below += children[node]
            level = below
        return Tree({**children, **dict.fromkeys(level, ())})

    def ask(self, rng: random.Random, figure: Tree, condition: Mapping[str, str]) -> Asked | None:
        """Each number of children is as likely to be asked for as another."""
        leaves = sum(not kids for kids in figure.children.values())
        if len(figure.levels) != int(condition["levels"]) + 1 or leaves > _WIDEST:
            return None
        counts = sorted({len(kids) for kids in figure.children.values()})
        count = rng.choice(counts)
        node = rng.choice([n for n, kids in figure.children.items() if len(kids) == count])
        text = f"How many children does node {node} have, drawn directly below it?"
        return Asked(text, str(count), (node, *figure.children[node]))


PLUGIN: Final[Family] = TreeChildren()
