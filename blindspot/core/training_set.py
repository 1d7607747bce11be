"""The training set as others read it, and the catalogue of what sources can make.

    training_set/ manifest.json  plan.json  train/0000.parquet  validation/0000.parquet  canary/0000.parquet  rejected.parquet  README.md

The parquet shards load with `datasets.load_dataset("parquet", …)`: the columns of
`TrainingSample` with `images` as picture bytes.
"""

from pathlib import Path

from pydantic import Field

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.records import CellShare, Record


class Makeable(Record):
    """One kind of sample that a configured source can make."""

    capability: str
    """What it asks of the model."""
    image_type: str
    """On which type of image."""
    conditions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Attributes that can be asked for, with their values."""


class PlanCell(Record):
    """One cell of a plan: how many samples of which kind, for which split."""

    name: str
    """Name of the cell, also in the samples."""
    split: str
    """`train`, `validation` or `canary`."""
    want: CellShare
    """The row of the mixture it serves."""
    quota: int
    """Samples wanted; nothing else fills a cell that stays short."""
    brief: str
    """What the cell aims at, for people and agents."""


class Plan(Record):
    """`plan.json`: frozen before the first candidate is drawn."""

    diagnosis: str
    """Digest of the diagnosis it came from."""
    cells: tuple[PlanCell, ...]
    """In the order in which they are filled."""


class CellOutcome(Record):
    """What became of one cell."""

    name: str
    """The cell."""
    split: str
    """Its split."""
    quota: int
    """Wanted."""
    admitted: int
    """Got."""
    candidates: int
    """Drawn."""
    rejected: dict[str, int] = Field(default_factory=dict)
    """Per gate."""
    open_because: str | None = None
    """Why it stayed short, or None."""


class Outcomes(Record):
    """`outcomes.json`: one row per cell."""

    cells: tuple[CellOutcome, ...]
    """In the plan's order."""


class TrainingSetArtifact:
    """A published training set."""

    def __init__(self, path: Path) -> None:
        self.artifact: Artifact = open_artifact(path, "training_set")
        self.path = path

    def plan(self) -> Plan:
        """The plan it was made by."""
        return Plan.model_validate_json((self.path / "plan.json").read_text())

    def outcomes(self) -> Outcomes:
        """Quota, admitted and rejected per cell."""
        return Outcomes.model_validate_json((self.path / "outcomes.json").read_text())

    def shards(self, split: str) -> list[Path]:
        """The parquet files of a split, in order."""
        return sorted((self.path / split).glob("*.parquet"))
