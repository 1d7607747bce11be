"""The arms of T7, and how what they retrieve is learned.

`bench/tuning/error_driven.py` says why.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Arm:
    """How samples are retrieved."""

    name: str
    ranking: str = "hybrid"
    error: float = 0.0
    """Of the teacher and of the rows' skills."""
    questions: bool = True
    """Whether failed questions are searched for."""


@dataclass(frozen=True, order=True)
class Tuning:
    """How they are learned."""

    rate: float
    steps: int

    def __str__(self) -> str:
        return f"{self.rate:g}, {self.steps} steps"


@dataclass(frozen=True)
class Trial:
    """An arm with a seed and a tuning."""

    arm: Arm
    seed: int
    tuning: Tuning


SKILL: Final = tuple(Arm(f"skill-{e:g}", error=e) for e in (0.0, 0.3))
WORDS: Final = tuple(Arm(f"words-{e:g}", error=e, questions=False) for e in (0.0, 0.3, 1.0))
RANDOM: Final = Arm("random", "random")
ARMS: Final = (*SKILL, *WORDS, RANDOM)
TUNINGS: Final = tuple(Tuning(rate, steps) for rate in (2e-4, 5e-4) for steps in (40, 80))
PILOTED: Final = (SKILL[0], RANDOM)
PILOT_SEED: Final = 100
