"""Rates of many slices, each shrunk towards their common distribution.

Pass rates of slices are taken as draws from a beta distribution with mean μ and size ν, and a
slice's passes as binomial. A slice's rate is then Beta(νμ + passes, ν(1−μ) + failures). Plugging
in one best (μ, ν) gives intervals that are too short, and none at all where the slices do not
differ (a variance between slices of 0 or below), so both are averaged over a grid, weighted by
their marginal likelihood: ν under the uniform-shrinkage prior (Christiansen & Morris 1997), where
ν / (ν + typical n) is uniform on (0, 1); μ at quantiles of its approximate posterior given ν.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln

from diagnostics.answers import Floats

_SHRINKAGES = (np.arange(24) + 0.5) / 24
_QUANTILES = (np.arange(9) + 0.5) / 9
_NEGLIGIBLE = 1e-4
_STEPS = 120


@dataclass(frozen=True)
class Estimate:
    """What is known about one slice's pass rate."""

    rate: float
    """Posterior mean."""
    interval: tuple[float, float]
    """95 %."""
    upper90: float
    """The rate lies below it with 90 % probability."""


@dataclass(frozen=True)
class RatePrior:
    """A weighted grid of beta priors."""

    a: Floats
    b: Floats
    weight: Floats
    """Sums to 1."""

    def estimate(self, n: float, passed: float) -> Estimate:
        """The rate of a slice that the prior was fitted on; counts may be effective ones."""
        a, b = self.a + passed, self.b + n - passed
        mean = float(self.weight @ (a / (a + b)))
        low, upper, high = _quantiles(a, b, self.weight, (0.025, 0.9, 0.975))
        return Estimate(mean, (low, high), upper)


def fit(n: Sequence[float] | Floats, passed: Sequence[float] | Floats) -> RatePrior:
    """Fit the common distribution of the slices' rates."""
    sizes, passes = np.asarray(n, dtype=float), np.asarray(passed, dtype=float)
    passes, sizes = passes[sizes > 0], sizes[sizes > 0]
    if not sizes.size:
        return RatePrior(np.array([0.5]), np.array([0.5]), np.array([1.0]))
    typical = len(sizes) / float((1 / sizes).sum())
    a, b, logs = [], [], []
    for size in typical * _SHRINKAGES / (1 - _SHRINKAGES):
        means, offset = _means(sizes, passes, float(size))
        a.append(size * means)
        b.append(size * (1 - means))
        evidence = _evidence(a[-1][:, None], b[-1][:, None], sizes, passes)
        logs.append(evidence.sum(axis=1) + offset)
    weight = _normalised(np.concatenate(logs))
    keep = weight > _NEGLIGIBLE
    return RatePrior(np.concatenate(a)[keep], np.concatenate(b)[keep], _share(weight[keep]))


def _means(sizes: Floats, passes: Floats, size: float) -> tuple[Floats, Floats]:
    """Points of μ given ν, equally likely under its approximate posterior, and minus the log of
    its density there (they are importance weights).
    """
    informative = (1 + size) / (sizes + size)  # n of one slice is worth this part of its samples
    right = float((informative * passes).sum()) + 0.5
    wrong = float((informative * (sizes - passes)).sum()) + 0.5
    means = np.clip(betaincinv(right, wrong, _QUANTILES), 1e-6, 1 - 1e-6)
    density = (right - 1) * np.log(means) + (wrong - 1) * np.log1p(-means) - betaln(right, wrong)
    return means, -density


def _evidence(a: Floats, b: Floats, n: float | Floats, passed: float | Floats) -> Floats:
    """Log marginal likelihood of a beta-binomial, without its constant."""
    return betaln(a + passed, b + n - passed) - betaln(a, b)


def _quantiles(
    a: Floats, b: Floats, weight: Floats, levels: tuple[float, ...]
) -> tuple[float, ...]:
    """Quantiles of a mixture of betas, from its distribution function on a fine grid."""
    mean = a / (a + b)
    spread = np.sqrt(mean * (1 - mean) / (a + b + 1))
    low = max(0.0, float((mean - 6 * spread).min()))
    high = min(1.0, float((mean + 6 * spread).max()))
    x = np.linspace(low, high, _STEPS)
    below = weight @ betainc(a[:, None], b[:, None], x[None, :])
    return tuple(float(v) for v in np.interp(levels, below, x))


def _normalised(logs: Floats) -> Floats:
    return _share(np.exp(logs - logs.max()))


def _share(weight: Floats) -> Floats:
    return weight / weight.sum()
