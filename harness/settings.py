"""What is evaluated, and how."""

from typing import Annotated

from pydantic import Field

from blindspot.core.config import OPERATIONAL, InputPath, Settings
from blindspot.core.model import Sampling


class BenchmarkSettings(Settings):
    """A benchmark of the user's own: a parquet or JSONL file, or a folder of pictures."""

    name: str
    """What it is called in results."""
    path: InputPath
    """A `.parquet` or `.jsonl` file, or a folder of pictures with `metadata.jsonl` or `.csv`."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Its name for one of ours where they differ, e.g. `{target = "answer"}`."""


class EvaluationSettings(Settings):
    """Settings of the harness."""

    benchmarks: tuple[BenchmarkSettings, ...] = Field(min_length=1)
    """The suite."""
    sampling: Sampling = Sampling()
    """How answers are drawn; greedy by default."""
    repeats: int = Field(default=1, ge=1)
    """Answers per sample; a sample's score is their mean."""
    limit: int | None = Field(default=None, ge=1)
    """At most so many samples per benchmark, a fixed random subset."""
    diagnosis_share: float = Field(default=0.5, gt=0, lt=1)
    """Share of pictures in the diagnosis half; the others are held out."""
    min_coverage: Annotated[float, OPERATIONAL] = Field(default=0.98, ge=0, le=1)
    """With fewer calls answered the evaluation is not published; running again asks the rest."""
