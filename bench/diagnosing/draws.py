"""Means and shares over Monte-Carlo draws, with 95 % intervals, and rows made of them."""

from collections.abc import Sequence

import numpy as np

from bench.rows import Interval, Row, number, verdict
from blindspot.core.statistics import Z95, wilson


def mean(values: Sequence[float]) -> tuple[float, Interval]:
    """Mean of independent draws; the normal interval."""
    x = np.asarray(values, dtype=float)
    half = Z95 * float(x.std(ddof=1)) / len(x) ** 0.5 if len(x) > 1 else float("inf")
    return float(x.mean()), (float(x.mean()) - half, float(x.mean()) + half)


def share(hits: Sequence[bool]) -> tuple[float, Interval]:
    """Share of draws; Wilson's interval."""
    return sum(hits) / len(hits), wilson(sum(hits), len(hits))


def shown(name: str, figure: tuple[float, Interval]) -> str:
    """`raw rule 0.45 (0.42 … 0.48)`."""
    value, (low, high) = figure
    return f"{name} {number(value)} ({number(low)} … {number(high)})"


def row(
    id: str,
    measure: str,
    figure: tuple[float, Interval],
    target: float,
    *,
    precision: float,
    higher_is_better: bool = True,
    to_beat: str = "",
) -> Row:
    """A row with its verdict."""
    sign = "≥" if higher_is_better else "≤"
    met = verdict(figure, target, precision=precision, higher_is_better=higher_is_better)
    return Row(id, measure, *figure, f"{sign} {number(target)}", to_beat, met)
