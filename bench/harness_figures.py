"""The arithmetic of `bench.harness`, on plain values: what was seen of the arms in, findings out.

A finding is one measure on every arm that has it; its row is blindspot's figure, with those of
lmms-eval as what is to be beaten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from bench.endpoint import Call
from bench.rows import Interval, Row, number, verdict

OURS: Final = "blindspot"
_DRAWS: Final = 10_000


@dataclass(frozen=True)
class Estimate:
    """A figure of one arm."""

    value: float
    """The median of what was repeated, or the only one."""
    interval: Interval | None = None
    """95 %; None where nothing was repeated."""


@dataclass(frozen=True)
class Finding:
    """One measure, on every arm that has it."""

    id: str
    """Of the design page, e.g. `H1`."""
    measure: str
    """What was measured, with its unit."""
    target: str
    """What is aimed at."""
    by_arm: Mapping[str, Estimate]
    """Figures by arm."""
    met: bool | None = None
    """See `bench.rows`."""

    @property
    def row(self) -> Row:
        """As all benches print it."""
        ours = self.by_arm.get(OURS)
        others = (f"{a} {number(e.value)}" for a, e in self.by_arm.items() if a not in _NO_RIVALS)
        return Row(
            id=self.id,
            measure=self.measure,
            value=ours.value if ours else None,
            interval=ours.interval if ours else None,
            target=self.target,
            to_beat=", ".join(others),
            met=self.met,
        )


_NO_RIVALS: Final = (OURS, "bare")


def estimate(values: Sequence[float]) -> Estimate:
    """The median of repeated runs, with a bootstrap interval of it. A repetition is what varies
    here: its samples are not independent of each other.
    """
    if len(values) < 2:
        return Estimate(values[0])
    drawn = np.random.default_rng(0).choice(values, (_DRAWS, len(values)))
    low, high = np.percentile(np.median(drawn, axis=1), (2.5, 97.5))
    return Estimate(median(values), (float(low), float(high)))


def worst(values: Sequence[float]) -> Estimate:
    """The largest of some counts, with the span of all of them."""
    return Estimate(max(values), (min(values), max(values)) if len(values) > 1 else None)


def shares(rates: Mapping[str, Sequence[float]], of: str = "bare") -> dict[str, Estimate]:
    """Each arm's rate as a share of `of`'s in the same repetition."""
    return {
        arm: estimate([mine / base for mine, base in zip(found, rates[of], strict=False)])
        for arm, found in rates.items()
        if arm != of
    }


def beyond(
    costs: Mapping[str, Sequence[float]], base: Sequence[float], samples: int
) -> dict[str, Estimate]:
    """Milliseconds per sample by which each arm's seconds exceed `base` of the same repetition."""
    return {
        arm: estimate([1000 * (c - b) / samples for c, b in zip(found, base, strict=False)])
        for arm, found in costs.items()
    }


def at_least(found: Mapping[str, Estimate], target: float, precision: float) -> bool | None:
    """`met` of blindspot's figure that should reach `target`: as `verdict` says, and true however
    wide the interval is when all of it does.
    """
    ours = found.get(OURS)
    if ours is None or ours.interval is None:
        return None
    figure = (ours.value, ours.interval)
    return ours.interval[0] >= target or verdict(figure, target, precision=precision)


def at_most(found: Mapping[str, Estimate], target: float, precision: float) -> bool | None:
    """`met` of blindspot's figure that should stay below `target`."""
    turned = {
        arm: Estimate(-e.value, (-e.interval[1], -e.interval[0]) if e.interval else None)
        for arm, e in found.items()
    }
    return at_least(turned, -target, precision)


def sent_again(before: Iterable[Call], after: Iterable[Call]) -> int:
    """Samples asked before a kill, answered or not, that were asked again after it."""
    return len({c.sample for c in before} & {c.sample for c in after})


def lost(before: Iterable[Call], after: Iterable[Call], concurrency: int) -> int:
    """Answers given before a kill and asked for again after it, beyond the `concurrency` that may
    have been under way to a client that could not read them any more.
    """
    answered = {c.sample for c in before if c.answered is not None}
    return max(0, len(answered & {c.sample for c in after}) - concurrency)
