"""The layout of a run on disk, in one place.

runs/<name>/  config.toml  manifest.json  images/  ledger.sqlite  index.html
              round-0/  evaluation/  diagnosis/  training_set/  checkpoint/  acceptance/
                        monitors.json  report.html
              round-1/  …
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from blindspot.core.images import ImageStore
from blindspot.core.ledger import Ledger


@dataclass(frozen=True)
class RoundFolder:
    """One turn of the loop."""

    path: Path
    number: int

    @property
    def evaluation(self) -> Path:
        return self.path / "evaluation"

    @property
    def diagnosis(self) -> Path:
        return self.path / "diagnosis"

    @property
    def training_set(self) -> Path:
        return self.path / "training_set"

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint"

    @property
    def acceptance(self) -> Path:
        return self.path / "acceptance"

    @property
    def monitors(self) -> Path:
        return self.path / "monitors.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"


@dataclass(frozen=True)
class RunFolder:
    """A run: what all rounds share, and the rounds."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config.toml"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    @property
    def index(self) -> Path:
        return self.root / "index.html"

    @cached_property
    def images(self) -> ImageStore:
        return ImageStore(self.root / "images")

    @cached_property
    def ledger(self) -> Ledger:
        """Opened at first use."""
        return Ledger(self.root / "ledger.sqlite")

    def round(self, number: int) -> RoundFolder:
        """The folder of one round; it need not exist yet."""
        return RoundFolder(self.root / f"round-{number}", number)

    def rounds(self) -> list[RoundFolder]:
        """The rounds that were begun, in order."""
        numbers = (p.name.removeprefix("round-") for p in self.root.glob("round-*") if p.is_dir())
        return [self.round(n) for n in sorted(int(n) for n in numbers if n.isdigit())]
