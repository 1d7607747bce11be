"""A slice, and the slices that categories are."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from blindspot.core.records import SliceKind
from diagnostics.answers import Answers, Ints
from diagnostics.labelling.labelled import Category

MEMBER: Final = 0.25
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

    def part(self, members: Ints, condition: dict[str, str], kind: SliceKind) -> "Slice":
        """A slice of the same category."""
        return Slice(self.capability, self.image_type, members, condition, kind)


def categories(answers: Answers) -> list[Slice]:
    """All categories with at least one answered sample, by name."""
    members: defaultdict[Category, list[int]] = defaultdict(list)
    for i, weights in enumerate(answers.categories):
        for category, weight in weights.items():
            if weight >= MEMBER:
                members[category].append(i)
    return [Slice(*key, members=np.array(rows)) for key, rows in sorted(members.items())]
