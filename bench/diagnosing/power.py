"""D8: how often a gain of three points on 1,000 samples is shown, paired and unpaired.

Both rounds answer the same samples. Of those that were right 10 % turn wrong and of those that
were wrong 22.5 % turn right, at 60 % right before: 15 % differ, and the rate rises by 3 points.
That many differ between two checkpoints of one model; two models differ more, and then less is
shown. Paired is the product's exact test (McNemar), at two-sided 5 %; unpaired is the two-sample
z-test on the same answers, which takes them for two sets of different samples. Nothing is tuned.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from bench.extent import Extent
from bench.rows import Row, verdict
from blindspot.core.statistics import mcnemar, percentile_interval, wilson
from diagnostics.changes.power import ALPHA, detectable

SAMPLES = 1000
BEFORE = 0.6
"""Right in the first round."""
LOST, WON = 0.10, 0.225
"""Of the right ones that turn wrong, of the wrong ones that turn right."""
SEED = 8

Outcomes = NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """Two rounds over the same samples."""

    won: int
    lost: int
    before: int
    """Right in the first round."""

    @property
    def paired(self) -> bool:
        """Whether the gain is shown by the product's test."""
        return self.won > self.lost and mcnemar(self.lost, self.won) <= ALPHA

    @property
    def unpaired(self) -> bool:
        """Whether it is by the z-test of two proportions."""
        first, second = self.before / SAMPLES, (self.before + self.won - self.lost) / SAMPLES
        pooled = (first + second) / 2
        spread = np.sqrt(2 * pooled * (1 - pooled) / SAMPLES)
        return bool(second - first >= norm.ppf(1 - ALPHA / 2) * spread)


def measure(extent: Extent) -> list[Row]:
    """Power with a gain, false alarms without one, and the smallest gain that is shown."""
    draws = extent.draws(2000, 20_000)
    rng = np.random.default_rng(SEED)
    gain = [trial(rng, LOST, WON) for _ in range(draws)]
    same = [trial(rng, LOST, LOST * BEFORE / (1 - BEFORE)) for _ in range(draws)]
    paired, unpaired = (_share([getattr(t, n) for t in gain]) for n in ("paired", "unpaired"))
    alarms = _share([t.paired for t in same])
    return [
        Row(
            "D8",
            "power for +3 points on 1,000 paired samples, 15 % of which differ",
            *paired,
            target="≥ .65",
            to_beat=f"unpaired {_text(unpaired)}",
            met=verdict(paired, 0.65, precision=0.05),
        ),
        Row(
            "D8",
            "the same without a gain: false alarms",
            *alarms,
            target="≤ .025",
            met=verdict(alarms, ALPHA / 2, precision=0.02, higher_is_better=False),
        ),
        _smallest(gain[: extent.draws(40, 400)]),
    ]


def trial(rng: np.random.Generator, lost: float, won: float) -> Trial:
    """One pair of rounds at these rates of turning."""
    before = rng.random(SAMPLES) < BEFORE
    turned = rng.random(SAMPLES) < np.where(before, lost, won)
    return Trial(int((turned & ~before).sum()), int((turned & before).sum()), int(before.sum()))


def _smallest(trials: list[Trial]) -> Row:
    """What each pair of rounds says about itself; the interval is that of single rounds."""
    found = [100 * (detectable(SAMPLES, (t.won + t.lost) / SAMPLES) or np.nan) for t in trials]
    measure = "smallest gain that 1,000 samples show with 80 % power, points (each round's own)"
    return Row("D8", measure, float(np.mean(found)), percentile_interval(found), "printed")


def _share(hits: list[bool]) -> tuple[float, tuple[float, float]]:
    return sum(hits) / len(hits), wilson(sum(hits), len(hits))


def _text(share: tuple[float, tuple[float, float]]) -> str:
    value, (low, high) = share
    return f"{value:.2f} ({low:.2f} … {high:.2f})"
