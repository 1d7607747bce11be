"""A round's verdict as others read it: is the trained checkpoint taken, or the start kept?

round-0/acceptance/  manifest.json  acceptance.json  answers.parquet

{"accepted": false, "why": "color/geometric fell by 9.0 points …", "categories": [...], …}
"""

from pathlib import Path

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.records import Record, Split
from blindspot.core.tables import read_record

KIND = "acceptance"


class Answered(Record):
    """A row of `answers.parquet`: one sample, answered by both."""

    id: str
    """Of the training sample."""
    split: Split
    """`validation` or `canary`."""
    category: str
    """`capability/image_type`."""
    before: float | None
    """Score of the start checkpoint in [0, 1]; None where there is no answer."""
    after: float | None
    """Of the trained one."""


class CategoryChange(Record):
    """Paired change of some samples from the start checkpoint to the trained one."""

    name: str
    """`capability/image_type`, or `validation`."""
    n: int
    """Samples that both answered."""
    lost: int
    """Of them, how many score lower now."""
    won: int
    """How many score higher."""
    before: float | None
    """Mean score of the start checkpoint; None for no samples."""
    after: float | None
    """Of the trained one."""
    lower: float
    """One-sided 95 % lower bound of the change of the share that is right (Tango 1998)."""
    missing: int
    """Samples left out because one of the two gave no answer."""
    verdict: str
    """`held`, `fell`, or `too few` where even no loss at all could not show that it held."""


class Acceptance(Record):
    """`acceptance.json`."""

    accepted: bool
    """Whether the next round starts from the trained checkpoint."""
    why: str
    """One sentence."""
    margin: float
    """Points, as a share, that a strong category may not have lost."""
    categories: tuple[CategoryChange, ...]
    """The strong categories, on the canary split."""
    validation: CategoryChange | None
    """Over the validation split; None where there is none."""


class AcceptanceArtifact:
    """A published verdict."""

    def __init__(self, path: Path) -> None:
        self.artifact: Artifact = open_artifact(path, KIND)
        self.path = path

    def acceptance(self) -> Acceptance:
        """What was decided, and on what."""
        return read_record(self.path / "acceptance.json", Acceptance)
