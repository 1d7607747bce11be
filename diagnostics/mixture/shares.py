"""The arithmetic of the mixture: shares and quotas on plain numbers.

    quota = B·[(1−ρ)·w + ρ·prior]

then half inertia, the floor of every image type and of single cells, the cap of every cell, and
largest-remainder rounding. Everything is independent of the order in which cells are given, and a
larger weight never lowers a cell's own share (its quota can be one sample off, by rounding).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SLACK = 1e-12


@dataclass(frozen=True)
class Cell:
    """What may get a share."""

    name: str
    image_type: str
    weight: float = 0.0
    """Of the weaknesses it aims at, up to a common factor."""
    prior: float = 0.0
    """Of the benchmarks' own mix, up to a common factor."""
    before: float = 0.0
    """Its share in the previous round, up to a common factor."""
    floor: float = 0.0
    """Least share of its own, not above the cap."""


def shares(
    cells: Sequence[Cell], *, prior_share: float, floor: float, cap: float
) -> dict[str, float]:
    """Share per cell name; they sum to 1. Every image type among the cells gets the floor, or what
    its cells have of their own together, if that is more.
    """
    ordered = sorted(cells, key=lambda c: c.name)
    type_of = {c.name: c.image_type for c in ordered}
    own = {c.name: c.floor for c in ordered}
    return capped(floored(blend(ordered, prior_share), type_of, floor, own), cap)


def blend(cells: Sequence[Cell], prior_share: float) -> dict[str, float]:
    """(1−ρ)·w + ρ·prior, averaged with the previous round's shares where there are any. Without
    a weight anywhere it is the prior, without a prior the weights, without both an even split.
    """
    weight, prior, before = (
        _normalised({c.name: value(c) for c in cells})
        for value in (lambda c: c.weight, lambda c: c.prior, lambda c: c.before)
    )
    if weight and prior:
        now = {k: (1 - prior_share) * weight[k] + prior_share * prior[k] for k in weight}
    else:
        now = weight or prior or {c.name: 1 / len(cells) for c in cells}
    return {k: (now[k] + before[k]) / 2 for k in now} if before else now


def floored(
    share: Mapping[str, float], type_of: Mapping[str, str], floor: float, own: Mapping[str, float]
) -> dict[str, float]:
    """Raise every image type to the floor at the cost of the types above it, then every cell to
    its `own` at the cost of the others of its type. Floors that exceed the whole are scaled down.
    """
    own = {k: own.get(k, 0.0) for k in share}
    least = {t: max(floor, v) for t, v in totals(own, type_of).items()}
    scale = 1 / max(1.0, math.fsum(least.values()))
    per_type = raised(totals(share, type_of), {t: v * scale for t, v in least.items()}, 1.0)
    return {
        name: value
        for image_type, total in per_type.items()
        for name, value in raised(
            {k: v for k, v in share.items() if type_of[k] == image_type},
            {k: own[k] * scale for k in share},
            total,
        ).items()
    }


def raised(
    values: Mapping[str, float], least: Mapping[str, float], total: float
) -> dict[str, float]:
    """`values` in proportion, so that they sum to `total` and none is below its `least`, whose sum
    must not exceed it. Values that are all 0 are split evenly.
    """
    values = values if any(values.values()) else dict.fromkeys(values, 1.0)
    low: set[str] = set()
    while True:
        rest = math.fsum(v for k, v in values.items() if k not in low)
        left = total - math.fsum(least[k] for k in sorted(low))
        scale = left / rest if rest > 0 else 0.0
        lower = {k for k, v in values.items() if k not in low and v * scale < least[k] - _SLACK}
        if not lower:
            return {k: least[k] if k in low else v * scale for k, v in values.items()}
        low |= lower


def capped(share: Mapping[str, float], cap: float) -> dict[str, float]:
    """Lower every cell to the cap; the excess goes to the others in proportion. With too few
    cells for the cap, the cap is an even split.
    """
    cap = max(cap, 1 / len(share)) if share else cap
    result, full = dict(share), set[str]()
    while over := {k for k, v in result.items() if k not in full and v > cap + _SLACK}:
        full |= over
        free = [k for k in result if k not in full]
        room, total = 1 - cap * len(full), math.fsum(result[k] for k in free)
        result |= dict.fromkeys(full, cap)
        result |= {k: result[k] * room / total if total > 0 else room / len(free) for k in free}
    return result


def quotas(share: Mapping[str, float], type_of: Mapping[str, str], budget: int) -> dict[str, int]:
    """Whole samples, exactly `budget` in all. Image types are rounded first, then the cells of
    each, so that both a type's and a cell's quota are its share rounded up or down.
    """
    exact = {k: v * budget for k, v in share.items()}
    per_type = largest_remainder(totals(exact, type_of), budget)
    return {
        name: count
        for image_type, total in per_type.items()
        for name, count in largest_remainder(
            {k: v for k, v in exact.items() if type_of[k] == image_type}, total
        ).items()
    }


def largest_remainder(exact: Mapping[str, float], total: int) -> dict[str, int]:
    """Round down, then give what is left to the largest remainders; ties go by name."""
    whole = {k: math.floor(v + 1e-9) for k, v in exact.items()}
    order = sorted(exact, key=lambda k: (round(whole[k] - exact[k], 9), k))
    left = total - sum(whole.values())
    for name in order[:left]:
        whole[name] += 1
    return whole


def totals(values: Mapping[str, float], type_of: Mapping[str, str]) -> dict[str, float]:
    """Sums per image type."""
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for name, value in values.items():
        parts[type_of[name]].append(value)
    return {t: math.fsum(v) for t, v in sorted(parts.items())}


def _normalised(values: Mapping[str, float]) -> dict[str, float]:
    """Scaled to sum to 1; empty when there is nothing to scale."""
    total = math.fsum(values.values())
    return {k: v / total for k, v in values.items()} if total > 0 else {}
