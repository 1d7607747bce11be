"""Samples with their labels: what every later step takes categories from.

Labelled(samples=(…,), several={"mathvista/7": {("geometry", "geometric"): .5,
                                                ("arithmetic", "geometric"): .5}}, labels=(…,))
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from blindspot.core.records import Axis, Label, Sample

UNMAPPED: Final = "unmapped"
"""The capability of samples that no labeller knows."""
MIXED: Final = "mixed"
"""Their image type."""
AXES: Final[tuple[Axis, ...]] = ("capability", "image_type")
UNKNOWN: Final[Mapping[Axis, str]] = {"capability": UNMAPPED, "image_type": MIXED}
"""Both, by axis; a sample that states one of them states nothing."""

Category = tuple[str, str]
"""Capability and image type."""


@dataclass(frozen=True)
class Labelled:
    """The samples of an evaluation, both halves, and what they ask of what kind of picture."""

    samples: tuple[Sample, ...]
    """With the heaviest label of each axis as capability and image type."""
    several: Mapping[str, Mapping[Category, float]] = field(default_factory=dict)
    """By sample id, the weights of samples that belong to more than one category."""
    labels: tuple[Label, ...] = ()
    """All of them, by sample, axis and falling weight."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Requests to a labelling model that gave no label, by cause."""

    def categories(self, sample: Sample) -> dict[Category, float]:
        """The categories of a sample with their weights, which sum to 1."""
        own = {(sample.capability, sample.image_type): 1.0}
        return dict(self.several.get(sample.id, own))


def as_stated(samples: Iterable[Sample]) -> Labelled:
    """The samples with the one category that each states itself."""
    return Labelled(tuple(samples))
