"""The diagnosis artifact as others read it: `diagnosis.json`, and `changes.json` from the
second round on.

`diagnosis.json` is made from the diagnosis half alone and is what generation reads.
`changes.json` compares rounds on both halves, the held-out one for the headline, and is what the
report and the round's verdict read; no generator or trainer may.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.records import CellShare, Half, Record, Weakness

DIAGNOSIS_SCHEMA = 1


class CategoryRate(Record):
    """One category on the diagnosis half."""

    name: str
    """`capability/image_type`."""
    capability: str
    """Its capability."""
    image_type: str
    """Its image type."""
    n: int
    """Answered samples."""
    passed: float
    """Sum of their scores."""
    raw_rate: float
    """passed / n."""
    rate: float
    """Empirical-Bayes estimate, shrunk towards the benchmark's mean."""
    interval: tuple[float, float]
    """95 % interval of the rate."""
    verdict: Literal["weak", "strong", "undecided", "not enough data"]
    """`weak`: reliably below the rest; `strong`: lower bound at or above the target."""
    missing: int = 0
    """For `not enough data`: how many more samples are needed."""
    stages: dict[str, int] = Field(default_factory=dict)
    """Failed samples per error stage."""


class Null(Record):
    """What the same procedure reports when outcomes are shuffled over samples: its false alarms."""

    runs: int
    """Shuffles."""
    with_weakness: int
    """Shuffles in which it reported at least one weakness."""


class Diagnosis(Record):
    """`diagnosis.json`."""

    schema_version: int = DIAGNOSIS_SCHEMA
    """Of this file."""
    round: int
    """Turn of the loop, from 0."""
    model: str
    """The model's fingerprint."""
    grader: str
    """Who graded."""
    n: int
    """Answered samples of the diagnosis half."""
    rate: float
    """Their mean score."""
    interval: tuple[float, float]
    """95 % interval of it."""
    excluded: dict[str, int]
    """Samples left out, by cause: failures by kind, `unmapped` categories."""
    categories: tuple[CategoryRate, ...]
    """All categories, by name."""
    weaknesses: tuple[Weakness, ...]
    """By rank: coverage × gap × learnability."""
    candidates: int
    """Slices that were tested."""
    q: float
    """False-discovery rate that was controlled."""
    null: Null
    """The same procedure on shuffled outcomes."""
    mixture: tuple[CellShare, ...]
    """What the training set should hold; quotas sum to the budget."""
    mixture_note: str
    """One sentence: aimed at what, or why it is the prior."""


class Change(Record):
    """Paired change of some samples between two rounds."""

    name: str
    """`overall`, or a category."""
    half: Half
    """Which half."""
    since: int
    """The earlier round."""
    n: int
    """Samples answered in both."""
    before: float
    """Rate in the earlier round, on these samples."""
    after: float
    """Rate now, on these samples."""
    change: float
    """after − before."""
    interval: tuple[float, float]
    """95 % interval of the change, bootstrap over pictures."""
    won: int
    """Wrong before, right now."""
    lost: int
    """Right before, wrong now."""
    p: float
    """Exact McNemar, two-sided."""
    p_adjusted: float
    """Benjamini–Hochberg over the categories of the same half and round."""
    strong: bool
    """Whether the category was strong in the first round's diagnosis."""
    non_inferior: bool | None
    """For strong categories: lower bound above −5 points. None otherwise."""


class Changes(Record):
    """`changes.json`: this round against the one before and against the first."""

    round: int
    """This round."""
    rows: tuple[Change, ...]
    """Per earlier round, half and name."""
    flips: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Diagnosis-half sample ids that went `won` and `lost` since the round before."""


class DiagnosisArtifact:
    """A published diagnosis."""

    def __init__(self, path: Path) -> None:
        self.artifact: Artifact = open_artifact(path, "diagnosis")
        self.path = path

    def diagnosis(self) -> Diagnosis:
        """What the diagnosis half says."""
        return Diagnosis.model_validate_json((self.path / "diagnosis.json").read_text())

    def changes(self) -> Changes | None:
        """The comparison with earlier rounds; None in the first."""
        file = self.path / "changes.json"
        return Changes.model_validate_json(file.read_text()) if file.is_file() else None
