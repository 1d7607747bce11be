"""G9: how many admitted samples are too easy or too hard after all.

Candidates with a known pass rate answer by coin; the gate's own arithmetic
(`generation.difficulty`) decides. Five populations of pass rates, in waves of 48, at the default
settings:

    uniform         U(0, 1)
    U-shaped        Beta(.5, .5)
    mostly easy     Beta(3, .8)
    mostly hard     Beta(1, 4)
    all or nothing  a quarter at .01, a quarter at .99, the rest Beta(1.5, 1.5)

The gate's constants were chosen on others: Beta(.4, .4), Beta(4, 1), Beta(.8, 3), spikes at .02 and
.99, in waves of 24 and 200, with other seeds. Where a whole population lies just outside of the
band the figure is missed: of Beta(3, 17) one candidate in 27 is admitted and 16 % of those lie
outside, of Beta(20, 1) one in 54 and 30 %.

To beat: the back-fill of the published DPE generator, written anew from its description. Its filter
keeps what is right in 20 to 90 % of 8 answers; where that leaves fewer than places, rejected ones
fill them, nearest to the band first. With one candidate a place, and with two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.diagnosing.draws import row
from bench.extent import Extent
from bench.rows import Row, number
from blindspot.core.statistics import cluster_bootstrap
from generation.difficulty import Wave
from generation.settings import DifficultySettings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Population = Callable[[np.random.Generator, int], Floats]

SETTINGS: Final = DifficultySettings()
WAVE: Final = 48
SEED: Final = 20260
TARGET: Final = 0.05
_ANSWERS: Final = 8
"""Of the back-fill's filter."""


def _all_or_nothing(rng: np.random.Generator, n: int) -> Floats:
    kind = rng.random(n)
    return np.where(kind < 0.25, 0.01, np.where(kind < 0.5, 0.99, rng.beta(1.5, 1.5, n)))


POPULATIONS: Final[dict[str, Population]] = {
    "uniform": lambda rng, n: rng.random(n),
    "U-shaped": lambda rng, n: rng.beta(0.5, 0.5, n),
    "mostly easy": lambda rng, n: rng.beta(3, 0.8, n),
    "mostly hard": lambda rng, n: rng.beta(1, 4, n),
    "all or nothing": _all_or_nothing,
}


@dataclass(frozen=True)
class Trial:
    """One wave."""

    rates: Floats
    """True pass rates, (WAVE,)."""
    admitted: Flags
    """By the gate."""
    rollouts: int
    """Answers that it took."""
    filled: dict[int, Flags]
    """By the back-fill, for so many candidates a place."""


def measure(extent: Extent) -> list[Row]:
    """A row for every population."""
    return [_row(name, trials(name, extent.draws(40, 1200))) for name in POPULATIONS]


def trials(name: str, draws: int) -> list[Trial]:
    """Waves of a population."""
    rng = np.random.default_rng([SEED, list(POPULATIONS).index(name)])
    return [_trial(POPULATIONS[name](rng, WAVE), rng) for _ in range(draws)]


def back_fill(found: Floats, places: int) -> Flags:
    """Who takes the places when `found` are the raw pass rates: those in the band, in order, then
    the others, nearest to it first.
    """
    off = np.maximum(np.maximum(SETTINGS.low - found, found - SETTINGS.high), 0.0)
    chosen = np.zeros(len(found), dtype=np.bool_)
    chosen[np.argsort(off, kind="stable")[:places]] = True
    return chosen


def _trial(rates: Floats, rng: np.random.Generator) -> Trial:
    wave = Wave(SETTINGS, len(rates))
    while todo := wave.todo():
        wave.see([(p, (rng.random(len(n)) < rates[p]).tolist()) for p, n in todo])
    raw = rng.binomial(_ANSWERS, rates) / _ANSWERS
    filled = {each: back_fill(raw, len(rates) // each) for each in (1, 2)}
    return Trial(rates, wave.admitted(), int(wave.asked.sum()), filled)


def _row(name: str, waves: Sequence[Trial]) -> Row:
    rollouts = sum(t.rollouts for t in waves) / (len(waves) * WAVE)
    inside = np.concatenate([t.admitted[~_outside(t.rates)] for t in waves])
    what = f"admitted with a true pass rate outside [.2, .9], {name}; {rollouts:.1f} rollouts a "
    what += f"candidate, {inside.mean():.0%} of those inside admitted"
    others = [number(_share(waves, [t.filled[each] for t in waves])[0]) for each in (1, 2)]
    beat = f"DPE's back-fill {others[0]} (one candidate a place), {others[1]} (two)"
    figure = _share(waves, [t.admitted for t in waves])
    return row("G9", what, figure, TARGET, precision=0.01, higher_is_better=False, to_beat=beat)


def _share(waves: Sequence[Trial], chosen: Sequence[Flags]) -> tuple[float, tuple[float, float]]:
    """Share of the chosen that lie outside the band; the interval resamples waves."""
    parts = [_outside(t.rates)[c].astype(float) for t, c in zip(waves, chosen, strict=True)]
    values = np.concatenate(parts)
    names = [str(i) for i, part in enumerate(parts) for _ in part]
    if not len(values):
        raise ValueError("nothing was admitted: nothing can be measured")
    return float(values.mean()), cluster_bootstrap(values, names, draws=1000)


def _outside(rates: Floats) -> Flags:
    return (rates < SETTINGS.low) | (rates > SETTINGS.high)
