"""How much one run of a bench measures."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Extent:
    """Smoke or full."""

    full: bool
    """As many draws as the figures need; else as many as a minute for all measures allows."""
    work: Path
    """A folder for what a measure writes; kept between runs of `--full`."""
    ds1000: Path | None = None
    """EvalTree's files of DS-1000; measures that need them say so where they are absent."""

    def draws(self, smoke: int, full: int) -> int:
        """Monte-Carlo draws."""
        return full if self.full else smoke
