"""How figures grow with size: plain values in, exponents and slopes out.

    exponent({1_000: 5.0, 10_000: 50.0})      1.0: ten times the samples, ten times the bytes
    slope({10_000: 3e8, 100_000: 12e8})       1e7 for every further 1,000

Only the two largest sizes count: what a process holds before it has read anything stands beside
little at the small ones.
"""

import math
from collections.abc import Mapping
from typing import Final

UNIT: Final = 1_000
"""Samples or slots to which sizes and slopes are stated."""
LINEAR: Final = 1.05
"""An exponent up to which growth is called linear."""


def exponent(by_size: Mapping[int, float]) -> float | None:
    """The k of n^k between the two largest sizes: 1 is linear, 2 quadratic. None where a figure is
    not positive or there is one size only.
    """
    ends = _ends(by_size)
    if ends is None or min(value for _, value in ends) <= 0:
        return None
    (small, before), (large, after) = ends
    return math.log(after / before) / math.log(large / small)


def slope(by_size: Mapping[int, float]) -> float | None:
    """What every further 1,000 adds between the two largest sizes; None for one size only."""
    ends = _ends(by_size)
    if ends is None:
        return None
    (small, before), (large, after) = ends
    return UNIT * (after - before) / (large - small)


def per_unit(by_size: Mapping[int, float]) -> dict[int, float]:
    """Of every 1,000."""
    return {size: UNIT * value / size for size, value in by_size.items()}


def _ends(by_size: Mapping[int, float]) -> list[tuple[int, float]] | None:
    return sorted(by_size.items())[-2:] if len(by_size) > 1 else None
