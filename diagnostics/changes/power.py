"""What paired yes-or-no answers can show: the power of McNemar's exact test, and the smallest
change that it finds.

    >>> round(power(1000, 0.08, 0.03), 2)
    0.9
    >>> detectable(5, 0.2) is None
    True

Given n pairs of which a share ψ is expected to differ, the number that differ is binomial (n, ψ),
and those that turned right among them binomial with probability (1 + δ/ψ)/2, δ the change of the
rate. The power is the probability that the exact two-sided test of 5 % rejects, summed over both;
nothing is approximated by a normal distribution, which promises too much where few pairs differ
(Connor 1987 has its formula). Pairs count as independent: whoever has clusters passes the number
of pairs that they are worth (`independent`).
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import root_scalar
from scipy.stats import binom

from diagnostics.answers import Floats, Ints

ALPHA = 0.05
"""Two-sided level of the test."""
POWER = 0.8
"""Of a detectable change."""
_NOTHING = 1e-12
_REACH = 8.0
"""Standard deviations of the number of differing pairs beyond which nothing counts."""


def power(n: int, discordance: float, change: float) -> float:
    """Probability that McNemar's exact test shows a `change` of the rate in the right direction,
    given `n` pairs and the share of pairs that differ, at least |change|.
    """
    share = min(1.0, max(discordance, abs(change)))
    if n < 1 or share < _NOTHING:
        return 0.0
    differing = _likely(n, share)
    least = _critical(differing)
    won = binom.sf(least - 1, differing, 0.5 + abs(change) / share / 2)
    return float(binom.pmf(differing, n, share) @ won)


def detectable(n: int, discordance: float) -> float | None:
    """The smallest change in (0, 1] that `n` pairs show with 80 % power when this share of them
    differs; a change beyond the share makes more differ. None where no change is enough.
    """
    if power(n, discordance, 1.0) < POWER:
        return None
    found = root_scalar(
        lambda change: power(n, discordance, change) - POWER, bracket=(0.0, 1.0), xtol=1e-5
    )
    return float(found.root)


def independent(changes: Floats, weight: Floats, clusters: Sequence[str]) -> int | None:
    """How many independent, equally weighted pairs these are worth: n over the design effect, the
    linearised variance of the weighted mean over clusters against that of as many independent
    pairs. Never more than n; None for a single cluster, of which nothing is known.
    """
    names, number = np.unique(np.array(clusters), return_inverse=True)
    if len(names) < 2:
        return None
    residual = weight * (changes - np.average(changes, weights=weight))
    plain = float(((changes - changes.mean()) ** 2).sum())
    together = float((np.bincount(number, residual) ** 2).sum())
    return int(len(changes) / max(1.0, together / plain if plain > 0 else 1.0))


def _likely(n: int, share: float) -> Ints:
    """The numbers of differing pairs that have any weight."""
    mean, spread = n * share, np.sqrt(n * share * (1 - share))
    low, high = int(mean - _REACH * spread - 1), int(mean + _REACH * spread + 2)
    return np.arange(max(0, low), min(n, high) + 1)


def _critical(differing: Ints) -> Floats:
    """The fewest that must turn right of so many differing ones for the test to reject."""
    lost = binom.ppf(ALPHA / 2, differing, 0.5)
    lost -= binom.cdf(lost, differing, 0.5) > ALPHA / 2
    return np.asarray(differing - lost, dtype=float)
