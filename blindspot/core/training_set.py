"""The training set as others read it, and the catalogue of what sources can make.

    training_set/  manifest.json  plan.json  outcomes.json  README.md  rejected.parquet
                   train/0000.parquet  validation/0000.parquet  canary/0000.parquet

The parquet shards load with `datasets.load_dataset("parquet", …)`: the columns of `TrainingSample`
with `images` as picture bytes.
"""

from pathlib import Path
from typing import Any

from pydantic import Field

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.errors import DataError
from blindspot.core.records import CellShare, Record, Split, TrainingSample
from blindspot.core.tables import as_records, read_record, read_rows


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
    split: Split
    """`train`, `validation` or `canary`."""
    want: CellShare
    """The row of the mixture it serves."""
    quota: int
    """Samples wanted; nothing else fills a cell that stays short."""
    brief: str
    """What the cell aims at, for people and agents."""
    stage: str = ""
    """The error stage at which most of the weakness' failed answers break; empty without one."""
    skills: tuple[str, ...] = ()
    """Skills that a teacher found missing in them, the most frequent first."""
    examples: tuple[str, ...] = ()
    """Questions of the diagnosis half that the model fails there, for their kind."""


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
    """Per gate and cause, `difficulty: too hard`; the gate alone where it has but one."""
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
        return read_record(self.path / "plan.json", Plan)

    def outcomes(self) -> Outcomes:
        """Quota, admitted and rejected per cell."""
        return read_record(self.path / "outcomes.json", Outcomes)

    def shards(self, split: str) -> list[Path]:
        """The parquet files of a split that were published, in order."""
        names = (n for n in self.artifact.manifest.files if n.startswith(f"{split}/"))
        return sorted(self.path / n for n in names if n.endswith(".parquet"))


def read_split(artifact: TrainingSetArtifact, split: Split) -> list[TrainingSample]:
    """The samples of a split, in order; none if it has no shards. Raises DataError for a shard
    that holds something else.
    """
    found: list[TrainingSample] = []
    for shard in artifact.shards(split):
        rows = _rows(shard)
        for row in rows:
            row["images"] = [image["path"] for image in row["images"]]
        found += as_records(rows, TrainingSample, shard)
    return found


def read_pictures(artifact: TrainingSetArtifact, split: Split) -> dict[str, bytes]:
    """The encoded pictures of a split, by the names that its samples give them."""
    rows = (row for shard in artifact.shards(split) for row in _rows(shard, ["images"]))
    return {image["path"]: image["bytes"] for row in rows for image in row["images"]}


def _rows(shard: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """Rows of a shard, whose pictures were looked at."""
    rows = read_rows(shard, columns)
    if all(
        isinstance(row.get("images"), list) and all(map(_is_image, row["images"])) for row in rows
    ):
        return rows
    why = "its column 'images' is not a list of {bytes, path}"
    raise DataError(f"The table {shard}", why, "Make the training set again")


def _is_image(cell: Any) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("path"), str) and "bytes" in cell
