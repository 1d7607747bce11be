"""The contract of attributors: one file each under `attributors/`, rules that say at which stage
an answer broke, or abstain.

A failed prediction goes through them in the order of `ORDER`; the first that does not abstain
decides. What nobody decides is `unresolved`. Example of a verdict, on the answer `3 + 2 = 6`::

    Verdict(stage="calculation", confidence=0.9, evidence="3 + 2 = 6")

No file decides `knowledge` or `reasoning`. A fact or an inference that is wrong leaves no sign in a
text that a rule could tell from a right one, and what is left over after all other rules is not
"reasoning" by default. These two come from a teacher or people.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from blindspot.core.outcomes import STAGES
from blindspot.core.records import Prediction, Sample
from blindspot.core.registry import Registry

ORDER: Final = STAGES
"""The order in which the attributors named after the error stages decide."""

UNRESOLVED: Final = "unresolved"
"""The stage of what no attributor decided."""


@dataclass(frozen=True)
class Verdict:
    """What an attributor says about one failed prediction."""

    stage: str
    """One of `ORDER`."""
    confidence: float
    """In [0, 1]."""
    evidence: str | None = None
    """A span of the completion, verbatim."""
    flag: str | None = None
    """What else is worth knowing."""


class Attributor(Protocol):
    """Looks at one failed prediction; failures without a completion never get here."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        """The stage, or None to abstain."""
        ...


attributors: Final = Registry[Attributor]("diagnostics.causes.attributors")


def in_order(names: list[str]) -> list[str]:
    """Attributor names in the order in which they decide; those named after no stage come last,
    by name.
    """
    rank = {stage: i for i, stage in enumerate(ORDER)}
    return sorted(names, key=lambda name: (rank.get(name, len(rank)), name))
