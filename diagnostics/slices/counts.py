"""How many samples of a slice passed, per benchmark."""

from dataclasses import dataclass

from diagnostics.answers import Floats


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
