"""What came of one probe on one failed sample."""

from dataclasses import dataclass

from blindspot.core.outcomes import PASSED
from diagnostics.causes.probe import Kind


@dataclass(frozen=True)
class Tried:
    """A failed sample that was asked again."""

    probe: str
    """The probe's name."""
    kind: Kind
    """What was done to the sample."""
    stage: str | None
    """It speaks for this where it shows what it looks for."""
    confidence: float
    """Of that, if chance is ruled out."""
    scores: tuple[float, ...]
    """Of the answers, each 0 or 1; empty where none came."""
    same: bool = False
    """Whether the one answer is the wrong one that is known."""
    failures: tuple[str, ...] = ()
    """Kinds of those that did not come."""

    @property
    def rate(self) -> float:
        """Share of right answers."""
        return sum(self.scores) / len(self.scores)

    @property
    def turned(self) -> bool:
        """Whether the sample passes now."""
        return bool(self.scores) and self.rate >= PASSED
