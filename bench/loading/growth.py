"""How figures grow with size: plain values in, exponents and slopes out.

    exponent({1_000: 5.0, 10_000: 50.0})      1.0: ten times the samples, ten times the bytes
    slope({10_000: 3e8, 100_000: 12e8})       1e7 for every further 1,000

Only the two largest sizes count: what a process holds before it has read anything stands beside
little at the small ones.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from bench.rows import Interval, Row

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


def shared(rate: float, bare: Sequence[float]) -> tuple[float, Interval]:
    """The share of a rate in the mean of what a bare client reached before and after, and between
    the shares in each.
    """
    return rate * len(bare) / sum(bare), (rate / max(bare), rate / min(bare))


def share_row(name: str, what: str, rate: float, bare: Sequence[float], target: float) -> Row:
    """Met where both shares reach the target, missed where neither does."""
    share, (low, high) = shared(rate, bare)
    met = True if low >= target else False if high < target else None
    return Row(name, what, share, (low, high), f"≥ {target:g}", "", met)


def most_row(name: str, what: str, value: float | None, target: float) -> Row:
    """A figure that should not be above its target; one that was not measured is not met."""
    met = None if value is None else value <= target
    return Row(name, what, value, None, f"≤ {target:g}", "", met)


def linear_row(name: str, what: str, by_size: Mapping[int, float]) -> Row:
    """The exponent of a figure's growth."""
    told = " and ".join(f"{size:,}" for size in sorted(by_size)[-2:])
    return most_row(name, f"{what}: exponent of n between {told}", exponent(by_size), LINEAR)
