"""T3: how many samples must uniform data have to gain what diagnosis-driven data gains?

Written down before the first run:

- World, cells, gates and figures are T1's (`bench/tuning/gain.py`), difficulty gate off; the first
  five of its seeds, so that the arms of two units take half an hour.
- *Unit*: T1's 720 samples and 40 steps. Steps grow with the samples, so that every
  sample is met as often in every arm: at equal steps more samples would only be met less often,
  and the comparison published for DPE (3k samples against 47k of a static set) lets the larger set
  train longer too. This favours uniform data, which gets the steps as well.
- *Arms*: uniform at ½, 1 and 2 units; diagnosis at ½ and 1. The unit arms are T1's own trials.
- *Headline*: the gain in the weak cells of diagnosis at ½ unit, against uniform up to four times
  its samples. Beside it, diagnosis at 1 unit against uniform up to twice its samples.
- *Ratio*: samples at which the uniform curve first reaches that gain, over the samples that the
  diagnosis used; between two points the curve is linear in the samples, and it starts at no
  samples and no gain. Where the curve does not reach it the ratio is larger than could be seen: it
  then counts as the largest multiple that was run, and the row says how often that was so.
- *Interval*: bootstrap over seeds, the same seeds for all arms.

Why not the paper's factor: 15 units would take a day for each seed's uniform arm here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

import numpy as np

from bench.extent import Extent
from bench.rows import Interval, Row
from bench.tuning.contrasts import gain, over_seeds, points
from bench.tuning.trials import DIAGNOSIS, UNIFORM, Arm, run
from bench.tuning.world import setup_of
from blindspot.core.statistics import percentile_interval

CURVE: Final = {
    0.5: Arm("uniform-half", weights="uniform", size=0.5),
    1.0: UNIFORM,
    2.0: Arm("uniform-double", weights="uniform", size=2.0),
}
"""Uniform data by units."""
AIMED: Final = {0.5: Arm("diagnosis-half", size=0.5), 1.0: DIAGNOSIS}
"""Diagnosis-driven data by units."""
SEEDS: Final = 5
AIM: Final = 3.0
DRAWS: Final = 2000
Gains = Sequence[float]
"""In the weak cells, by seed."""


@dataclass(frozen=True)
class Ratio:
    """Samples of uniform data over those of diagnosis-driven data, at equal gain."""

    value: float
    """The largest multiple that was run, where the gain was not reached."""
    interval: Interval
    most: float
    """That multiple."""
    beyond: float
    """Share of bootstrap draws in which the gain was not reached."""
    reached: bool


def measure(extent: Extent) -> list[Row]:
    """The two ratios, and every point of the curves."""
    setup = setup_of(extent)
    fewer = replace(setup, seeds=min(setup.seeds, SEEDS))
    start, trials = run(fewer, [*CURVE.values(), *AIMED.values()])
    world = start.world
    gains = {a: [gain(t.scores, world, world.weak) for t in own] for a, own in trials.items()}
    curve = {units: gains[arm.name] for units, arm in CURVE.items()}
    sizes = {name: fmean(t.admitted for t in own) for name, own in trials.items()}
    ratios = [
        _ratio_row(units, ratio(gains[arm.name], units, curve), extent.full)
        for units, arm in AIMED.items()
    ]
    arms = [*CURVE.values(), *AIMED.values()]
    return [*ratios, *(_point_row(arm.name, sizes[arm.name], gains[arm.name]) for arm in arms)]


def ratio(aimed: Gains, units: float, curve: Mapping[float, Gains]) -> Ratio:
    """The ratio of the seeds' means, with its bootstrap over seeds."""
    most = max(curve) / units
    found = _reached_at(fmean(aimed), {u: fmean(g) for u, g in curve.items()})
    rng, drawn = np.random.default_rng(0), []
    for _ in range(DRAWS):
        seeds = rng.integers(0, len(aimed), len(aimed))
        means = {u: float(np.mean([g[i] for i in seeds])) for u, g in curve.items()}
        drawn.append(_reached_at(float(np.mean([aimed[i] for i in seeds])), means))
    ratios = [most if at is None else at / units for at in drawn]
    return Ratio(
        value=most if found is None else found / units,
        interval=percentile_interval(ratios),
        most=most,
        beyond=sum(at is None for at in drawn) / DRAWS,
        reached=found is not None,
    )


def _reached_at(level: float, curve: Mapping[float, float]) -> float | None:
    """The units at which the curve first reaches a gain; None where it does not."""
    if level <= 0:
        return 0.0
    before, height = 0.0, 0.0
    for units, value in sorted(curve.items()):
        if value >= level:
            return before + (units - before) * (level - height) / (value - height)
        before, height = units, value
    return None


def _ratio_row(units: float, found: Ratio, headline: bool) -> Row:
    reached = "reached" if found.reached else f"not reached: > {found.most:g}"
    can_be_met = headline and found.most >= AIM
    low, high = found.interval
    return Row(
        id="T3",
        measure=f"samples of uniform data over those of diagnosis-driven data at equal gain, the "
        f"latter at {units:g} of T1's budget ({reached}; in {found.beyond:.0%} of bootstrap draws "
        f"over seeds > {found.most:g})",
        value=found.value,
        interval=found.interval,
        target=f"≥ {AIM:g}" if can_be_met else f"no target: {found.most:g} is the most to be seen",
        to_beat="DPE reports 3k against 47k samples",
        met=(True if low >= AIM else False if high < AIM else None) if can_be_met else None,
    )


def _point_row(arm: str, samples: float, gains: Gains) -> Row:
    interval = over_seeds(gains)
    return Row(
        id="T3",
        measure=f"gain of {arm}, {samples:.0f} samples, weak cells, points",
        value=100 * fmean(gains),
        interval=points(interval) if interval else None,
    )
