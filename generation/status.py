"""How far a training set is: of one that is published its outcomes, of one in the making what was
decided so far. It reads, and changes nothing.

    train counting/photo   212 of 300   940 candidates   most often: agreement: says otherwise
    spent 6.21 of 20: writer 2.80, solver 3.10, policy .31
"""

from pathlib import Path
from typing import Literal

from blindspot.core.artifact import published
from blindspot.core.errors import DataError
from blindspot.core.records import Record
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import CellOutcome, Plan, TrainingSetArtifact
from generation.decisions import Decisions
from generation.filled import Filled


class CellStatus(Record):
    """One cell."""

    split: str
    """Of the plan."""
    name: str
    """The cell."""
    quota: int
    """Wanted."""
    admitted: int
    """Got so far."""
    candidates: int
    """Drawn so far."""
    cause: str
    """The gate and cause that rejected most, or nothing."""
    rejected: int
    """How many that cause rejected."""


class Status(Record):
    """One training set."""

    round: int
    """Turn of the loop."""
    state: Literal["published", "in the making"]
    """Which of the two."""
    cells: tuple[CellStatus, ...]
    """In the plan's order."""
    spent: dict[str, float]
    """By role, what calls under way may cost included."""
    budget: float | None
    """Of the whole; None is no limit."""
    windows: int
    """Windows of candidates that were decided."""
    wave: int
    """Waves that were begun: candidates of the slot that drew most."""

    @property
    def total(self) -> float:
        """What was spent in all."""
        return sum(self.spent.values())


def status(folder: RunFolder, number: int, budget: float | None = None) -> Status:
    """Of one round's training set; `budget` is the config's. Raises DataError where none was
    begun.
    """
    place = folder.round(number).training_set
    decisions = Decisions(folder, place)
    windows = decisions.windows()
    return Status(
        round=number,
        state="published" if published(place) else "in the making",
        cells=tuple(map(_cell, _outcomes(place, decisions))),
        spent=decisions.spent(),
        budget=budget,
        windows=len(windows),
        wave=max((int(name.partition("/")[0]) + 1 for name in windows), default=0),
    )


def draft_of(training_set: Path) -> Path:
    """Where a training set lies while it is made."""
    return training_set.with_name(f"{training_set.name}.tmp")


def begun(training_set: Path) -> bool:
    """Whether there is anything to tell."""
    return published(training_set) or (draft_of(training_set) / "plan.json").is_file()


def _outcomes(place: Path, decisions: Decisions) -> tuple[CellOutcome, ...]:
    if published(place):
        return TrainingSetArtifact(place).outcomes().cells
    try:
        text = (draft_of(place) / "plan.json").read_text()
    except FileNotFoundError:
        if published(place):  # just now
            return TrainingSetArtifact(place).outcomes().cells
        raise _none(place) from None
    filled = Filled(Plan.model_validate_json(text))
    for row in decisions.rows():
        filled.count(row)
    return filled.outcomes()


def _cell(outcome: CellOutcome) -> CellStatus:
    causes = outcome.rejected
    cause = min(causes, key=lambda c: (-causes[c], c), default="")
    return CellStatus(
        split=outcome.split,
        name=outcome.name,
        quota=outcome.quota,
        admitted=outcome.admitted,
        candidates=outcome.candidates,
        cause=cause,
        rejected=causes.get(cause, 0),
    )


def _none(place: Path) -> DataError:
    return DataError(
        f"No training set at {place}",
        "none was begun",
        "Make one with: blindspot generate RUN, or see what it would cost with --dry-run",
    )
