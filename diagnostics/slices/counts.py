"""How many samples of a slice passed, per benchmark."""

from dataclasses import dataclass

from diagnostics.answers import Floats, Ints


@dataclass(frozen=True)
class Counts:
    """Samples and passes, per slice and benchmark, and per benchmark."""

    n: Floats
    """(slices, benchmarks)"""
    passed: Floats
    """(slices, benchmarks)"""
    all_n: Floats
    """(benchmarks,)"""
    all_passed: Floats
    """(benchmarks,)"""

    def of(self, rows: Ints) -> "Counts":
        """Of some slices."""
        return Counts(self.n[rows], self.passed[rows], self.all_n, self.all_passed)
