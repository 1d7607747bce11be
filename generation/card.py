"""The training set's card: its README, which is also what a dataset hub shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.records import Split
from blindspot.core.training_set import CellOutcome
from generation.gate import ALL_SPLITS
from generation.settings import DifficultySettings

_ABOUT: Final = """
# Training set of round {round}

Made by `blindspot generate` from the diagnosis `{diagnosis}` (digest).

- Pictures and questions were drawn by program; answers are true by construction. No third-party
  picture or text is in it.
- Every candidate was compared with {benchmark} benchmark samples of both halves, by content,
  pixels, look and question; what was like one was rejected.
- No sample is there twice, in this round or an earlier one.
- {difficulty}
- A cell that could not be filled is left open, never filled with something else.
"""


@dataclass(frozen=True)
class Card:
    """What the card says beyond the outcomes."""

    round: int
    diagnosis: str
    """Digest of the diagnosis that set the mixture."""
    benchmark: int
    """Benchmark samples that were compared against."""
    difficulty: DifficultySettings

    def text(self, outcomes: Sequence[CellOutcome]) -> str:
        """`README.md`, with the splits declared for `datasets.load_dataset(folder)`."""
        about = _ABOUT.format(
            round=self.round,
            diagnosis=self.diagnosis,
            benchmark=self.benchmark,
            difficulty=_difficulty(self.difficulty),
        )
        return "\n".join([_front_matter(outcomes), about, _counts(outcomes), _cells(outcomes), ""])


def _front_matter(outcomes: Sequence[CellOutcome]) -> str:
    files = [
        f"  - split: {split}\n    path: {split}/*.parquet"
        for split in ALL_SPLITS
        if _total(outcomes, split)
    ]
    return "\n".join(["---", "configs:", "- config_name: default", "  data_files:", *files, "---"])


def _difficulty(band: DifficultySettings) -> str:
    if not band.enabled:
        return "Difficulty was not measured."
    return (
        "Training samples of cells that aim at a weakness are those that the policy answers right "
        f"in {band.low:.0%} to {band.high:.0%} of its rollouts with a certainty of "
        f"{band.certainty:.0%}, judged from up to {band.rollouts}; the others, validation and "
        "canary were not filtered."
    )


def _counts(outcomes: Sequence[CellOutcome]) -> str:
    rows = [f"| {split} | {_total(outcomes, split)} |" for split in ALL_SPLITS]
    return "\n".join(["| split | samples |", "|---|---|", *rows, ""])


def _cells(outcomes: Sequence[CellOutcome]) -> str:
    head = ["| split | cell | wanted | admitted | candidates | open because |", "|" + "---|" * 6]
    return "\n".join([*head, *(_row(o) for o in outcomes)])


def _row(o: CellOutcome) -> str:
    why = o.open_because or ""
    return f"| {o.split} | {o.name} | {o.quota} | {o.admitted} | {o.candidates} | {why} |"


def _total(outcomes: Sequence[CellOutcome], split: Split) -> int:
    return sum(o.admitted for o in outcomes if o.split == split)
