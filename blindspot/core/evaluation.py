"""The evaluation artifact as others read it: `samples.parquet`, `predictions.parquet`,
`metrics.json`.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.records import Half, Prediction, Record, Sample
from blindspot.core.tables import read_record, read_records, scan_records


class Rate(Record):
    """Mean score of some samples of one half."""

    name: str
    """Benchmark name, or `capability/image_type` of a category, or `overall`."""
    half: Half
    """Which half it was measured on."""
    n: int
    """Answered samples (each the mean over its repeats)."""
    failures: int
    """Predictions left out because there was no answer."""
    rate: float | None
    """Mean score in [0, 1]; None when nothing was answered."""
    interval: tuple[float, float]
    """95 %: Wilson where every picture appears once, otherwise a bootstrap over pictures."""


class Metric(Record):
    """A metric that a benchmark is known by, over all its samples: what others publish."""

    benchmark: str
    """The benchmark."""
    name: str
    """As the benchmark calls it; the first of a benchmark is its headline."""
    value: float | None
    """In [0, 1]; None when nothing was scored."""
    interval: tuple[float, float]
    """95 %, by a bootstrap over pictures and groups; of a mean score as in `Rate`."""
    n: int
    """Scored answers."""
    coverage: float
    """Share of its answers that have a score."""


class Judged(Record):
    """What the judge did for one benchmark."""

    benchmark: str
    """The benchmark."""
    by_rule: int
    """Answers that the rule decided."""
    by_judge: int
    """Answers that the judge decided where the rule could not."""
    unjudged: int
    """Answers that nobody decided."""
    audited: int
    """Answers that both decided."""
    agreed: int
    """Of those, how many the same way."""
    interval: tuple[float, float]
    """95 % Wilson interval of that share."""


class Metrics(Record):
    """`metrics.json`."""

    graders: dict[str, str]
    """Who graded each benchmark, with its version."""
    model: str
    """The model's fingerprint."""
    overall: tuple[Rate, ...]
    """One per half: the mean over benchmarks, not over samples."""
    benchmarks: tuple[Rate, ...]
    """One per benchmark and half."""
    categories: tuple[Rate, ...]
    """One per category and half."""
    own: tuple[Metric, ...] = ()
    """The metrics that each benchmark is known by."""
    judged: tuple[Judged, ...] = ()
    """One per benchmark that needs a judge."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Failures by kind, both halves."""
    coverage: float
    """Share of all predictions that have a score."""

    @property
    def grader(self) -> str:
        """All graders, by name."""
        return ", ".join(sorted(set(self.graders.values())))


class Evaluation:
    """A published evaluation, read at first use."""

    def __init__(self, path: Path) -> None:
        self.artifact: Artifact = open_artifact(path, "evaluation")
        self.path = path

    def samples(self) -> list[Sample]:
        """All samples, both halves."""
        return read_records(self.path / "samples.parquet", Sample)

    def predictions(self) -> list[Prediction]:
        """All predictions, failures included."""
        return list(self.scan_predictions())

    def scan_predictions(self) -> Iterator[Prediction]:
        """The same, a few at a time."""
        return scan_records(self.path / "predictions.parquet", Prediction)

    def metrics(self) -> Metrics:
        """The rates with their intervals."""
        return read_record(self.path / "metrics.json", Metrics)
