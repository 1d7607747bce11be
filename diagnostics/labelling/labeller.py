"""The contract of labellers: one file each under `labellers/`, which say what samples ask and what
their pictures are, or abstain.

They speak in the order of `ORDER`; the first that says anything on an axis of a sample decides that
axis. None sees an outcome. What a labeller says of a sample with two skills::

    {"capability": Said({"geometry": 0.5, "arithmetic": 0.5}, confidence=1.0)}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from blindspot.core.records import Axis, Sample
from blindspot.core.registry import Registry
from blindspot.core.run_folder import RunFolder
from blindspot.core.taxonomy import Taxonomy
from diagnostics.settings import LabellerSettings

ORDER: Final = ("metadata", "image_features", "lexical", "lmm")
"""The order of evidence."""


@dataclass(frozen=True)
class Said:
    """What a labeller says of one sample on one axis."""

    terms: Mapping[str, float]
    """Weights by term; they sum to 1."""
    confidence: float
    """In [0, 1]."""


@dataclass(frozen=True)
class Undecided:
    """A sample that somebody should say something about."""

    sample: Sample
    """As the evaluation has it."""
    axes: tuple[Axis, ...]
    """On which nobody has spoken; what is said on another is not heard."""


@dataclass(frozen=True)
class Means:
    """What a labeller may use."""

    taxonomy: Taxonomy
    """The terms."""
    folder: RunFolder
    """Where pictures and the ledger lie."""
    settings: LabellerSettings | None = None
    """Which model may be asked; None where none may."""


@dataclass(frozen=True)
class Spoken:
    """What a labeller says of several samples."""

    said: Sequence[Mapping[Axis, Said]]
    """Along the samples; an axis that is not there is one on which it abstains."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Requests that gave no label, by cause."""


class Labeller(Protocol):
    """Looks at samples, never at answers."""

    def label(self, undecided: Sequence[Undecided], means: Means) -> Spoken:
        """What it says of each."""
        ...


labellers: Final = Registry[Labeller]("diagnostics.labelling.labellers")


def in_order(names: list[str]) -> list[str]:
    """Labeller names in the order in which they speak; those of other packages come last, by
    name.
    """
    rank = {name: i for i, name in enumerate(ORDER)}
    return sorted(names, key=lambda name: (rank.get(name, len(rank)), name))


def sum_to_one(weights: Mapping[str, float]) -> dict[str, float]:
    """The same proportions with sum 1."""
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()}
