"""What a user can set about a diagnosis, and what a diagnosis reads."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from blindspot.core.config import Settings
from blindspot.core.training_set import Makeable


class DiagnosticsSettings(Settings):
    """`[diagnosis]`."""

    budget: int = Field(default=2000, ge=1)
    """Samples that the training set should hold."""
    q: float = Field(default=0.10, gt=0, lt=1)
    """False-discovery rate at which weaknesses are reported."""
    target: float = Field(default=0.9, gt=0, le=1)
    """Pass rate that is wanted: a category whose interval lies above it is strong."""
    prior_share: float = Field(default=0.25, ge=0, le=1)
    """Part of the mixture that follows the benchmarks' own mix instead of the weaknesses."""
    floor: float = Field(default=0.02, ge=0, le=1 / 12)
    """Least share of every image type that a source can make."""
    cap: float = Field(default=0.35, gt=0, le=1)
    """Largest share of one cell; with too few cells for it, an even split."""
    min_support: int = Field(default=15, ge=2)
    """Answered samples that a slice needs before anything is said about it."""
    seed: int = 0
    """Of the shuffles and the bootstraps."""
    shuffles: int = Field(default=100, ge=1)
    """Shuffled outcomes on which the procedure's own false alarms are counted."""
    exemplars: int = Field(default=5, ge=0)
    """Failing and passing samples cited per weakness."""

    @model_validator(mode="after")
    def _cap_above_floor(self) -> "DiagnosticsSettings":
        if self.cap < self.floor:
            raise ValueError("the cap of a cell must not be below the floor of an image type")
        return self


@dataclass(frozen=True)
class DiagnosisInputs:
    """What one diagnosis reads."""

    evaluation: Path
    """The evaluation artifact to diagnose."""
    round: int
    """Turn of the loop, from 0."""
    earlier: tuple[Path, ...] = ()
    """Evaluations of the earlier rounds, oldest first."""
    previous: tuple[Path, ...] = ()
    """Diagnoses of the earlier rounds, in the same order."""
    can_make: tuple[Makeable, ...] = ()
    """What the configured sources can make; empty if that is not known."""
