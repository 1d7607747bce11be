"""Candidate slices: categories, and categories under one condition. Outcomes are never seen.

A condition is one value of one attribute, e.g. `bars = 4`. Attributes with one value, or with
more than twenty within a category (ids, free text), make none. A slice needs support and at least
two pictures: what was seen on a single picture says nothing about a kind of picture. Of slices
with the same samples one is kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from blindspot.core.records import Sample, SliceKind
from diagnostics.answers import Answers, Ints
from diagnostics.labelling.labelled import UNMAPPED, Category

MAX_VALUES = 20
"""More distinct values of an attribute within a category look like ids."""
MEMBER = 0.25
"""A sample with several labels is in every category that has this part of it."""


@dataclass(frozen=True)
class Slice:
    """A named set of samples."""

    capability: str
    image_type: str
    members: Ints
    """Positions in the answers, ascending."""
    condition: dict[str, str] = field(default_factory=dict)
    """What it is beyond the category; empty for the whole category."""
    kind: SliceKind = "category"
    """Which kind of candidate it is."""

    @property
    def category(self) -> str:
        return f"{self.capability}/{self.image_type}"


def categories(answers: Answers) -> list[Slice]:
    """All categories with at least one answered sample, by name."""
    members: defaultdict[Category, list[int]] = defaultdict(list)
    for i, weights in enumerate(answers.categories):
        for category, weight in weights.items():
            if weight >= MEMBER:
                members[category].append(i)
    return [Slice(*key, members=np.array(rows)) for key, rows in sorted(members.items())]


def candidates(answers: Answers, min_support: int) -> list[Slice]:
    """Slices to test, in a fixed order, categories before their conditions."""
    found: dict[bytes, Slice] = {}
    for category in categories(answers):
        if category.capability != UNMAPPED:
            for piece in (category, *_conditions(category, answers.samples)):
                if _supported(piece, answers, min_support):
                    found.setdefault(piece.members.tobytes(), piece)
    return list(found.values())


def _supported(piece: Slice, answers: Answers, min_support: int) -> bool:
    pictures = answers.cluster[piece.members]
    return len(piece.members) >= min_support and bool((pictures != pictures[0]).any())


def _conditions(category: Slice, samples: Sequence[Sample]) -> Iterator[Slice]:
    values: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i in category.members.tolist():
        for name, value in samples[i].attributes.items():
            values[name][value].append(i)
    for name in sorted(values):
        if 2 <= len(values[name]) <= MAX_VALUES:
            for value, rows in sorted(values[name].items()):
                yield Slice(
                    category.capability,
                    category.image_type,
                    np.array(rows),
                    {name: value},
                    "condition",
                )
