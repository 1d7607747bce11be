"""How hard candidates are for a policy, found with few answers each.

    right 2 of 4    the band is likely enough    admitted, nothing more is asked
    right 0 of 4    the band is unlikely         rejected, nothing more is asked
    right 1 of 4    not sure                     four more, up to `rollouts`

Every candidate has a true pass rate p; k right of n say that it lies in the band [low, high] with
posterior probability P. All that are undecided are asked `BATCH` more at a time, until P reaches
`certainty` or falls to `HOPELESS`, or the rollouts are spent; admitted is whoever has P at least
`certainty` then. As the answers of others change P, who seemed decided may be asked again.

The prior over p is estimated from the wave itself (empirical Bayes, Robbins 1956: EM over a grid
of pass rates), beginning with Jeffreys' Beta(½, ½), which counts as `PRIOR_WEIGHT` candidates. A
policy that finds most of a wave easy makes 14 of 16 right less likely to be in the band than 14 of
16 is by itself. Jeffreys' prior alone, the same for every wave, misses the figure wherever rates
pile up beside the band.

`BATCH`, `HOPELESS`, `PRIOR_WEIGHT` and the default certainty were chosen on development draws;
`bench/generating/difficulty.py` measures on others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from generation.settings import DifficultySettings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BATCH: Final = 4
"""Rollouts of every undecided candidate at a time."""
HOPELESS: Final = 0.2
"""Probability of the band at which a candidate is given up."""
PRIOR_WEIGHT: Final = 20.0
"""Candidates that Jeffreys' prior counts as."""

_STEPS: Final = 50
_EDGES: Final = np.linspace(0.0, 1.0, 201)
_RATES: Final = (_EDGES[:-1] + _EDGES[1:]) / 2
_JEFFREYS: Final = np.diff(2 / np.pi * np.arcsin(np.sqrt(_EDGES)))
"""Mass of Beta(½, ½) between the edges."""


@dataclass(frozen=True)
class Posterior:
    """Where the pass rates of candidates lie; each (n,), the three sum to 1."""

    below: Floats
    """Probability of less than the band."""
    within: Floats
    """Of the band."""
    above: Floats
    """Of more."""


@dataclass
class Wave:
    """The answers to the candidates of one wave so far."""

    settings: DifficultySettings
    candidates: int
    right: Integers = field(init=False)
    """Right answers, (candidates,)."""
    asked: Integers = field(init=False)
    """Answers, (candidates,)."""
    out: NDArray[np.bool_] = field(init=False)
    """Whether it cannot be judged, (candidates,)."""
    done: NDArray[np.bool_] = field(init=False)
    """Whether nothing more is to be asked, (candidates,)."""

    def __post_init__(self) -> None:
        self.right = np.zeros(self.candidates, dtype=np.int64)
        self.asked = np.zeros(self.candidates, dtype=np.int64)
        self.out = np.zeros(self.candidates, dtype=np.bool_)
        self.done = np.zeros(self.candidates, dtype=np.bool_)

    def todo(self) -> list[tuple[int, range]]:
        """The candidates to be asked now, by place, and the numbers of their next rollouts."""
        most = self.settings.rollouts
        starts = [(int(place), int(self.asked[place])) for place in np.flatnonzero(~self.done)]
        return [(place, range(asked, min(asked + BATCH, most))) for place, asked in starts]

    def see(self, answers: Sequence[tuple[int, Sequence[bool] | None]]) -> None:
        """Count answers: by place, whether each was right; None where there is no telling, and the
        candidate is left out.
        """
        for place, right in answers:
            if right is None:
                self.out[place] = True
                continue
            self.right[place] += sum(right)
            self.asked[place] += len(right)
        within = self.posterior().within
        sure = (within >= self.settings.certainty) | (within <= HOPELESS)
        self.done = self.out | sure | (self.asked >= self.settings.rollouts)

    def posterior(self) -> Posterior:
        """Where the pass rates lie, after all answers of the wave."""
        return posterior(self.right, self.asked, ~self.out, self.settings)

    def admitted(self) -> NDArray[np.bool_]:
        """Who lies in the band with certainty."""
        return ~self.out & (self.posterior().within >= self.settings.certainty)


def posterior(
    right: Integers, asked: Integers, counts: NDArray[np.bool_], settings: DifficultySettings
) -> Posterior:
    """Posterior of `right` of `asked`, (n,) each. The prior is estimated from those that `counts`
    names.
    """
    pairs, place = np.unique(np.stack([right, asked]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    weights = np.bincount(place[counts], minlength=pairs.shape[1]).astype(np.float64)
    likelihood = _likelihood(pairs[0], pairs[1])
    each = likelihood * _prior(likelihood, weights)
    each /= each.sum(axis=1, keepdims=True)
    below = each @ _part(0.0, settings.low)
    above = each @ _part(settings.high, 1.0)
    return Posterior(below[place], (1 - below - above)[place], above[place])


def _likelihood(right: Integers, asked: Integers) -> Floats:
    """Of every rate of the grid, (pairs, rates), up to a factor per row."""
    wrong = asked - right
    return np.exp(np.outer(right, np.log(_RATES)) + np.outer(wrong, np.log(1 - _RATES)))


def _prior(likelihood: Floats, weights: Floats) -> Floats:
    """Mass of every rate of the grid, after `_STEPS` of EM."""
    prior = _JEFFREYS
    for _ in range(_STEPS):
        each = likelihood * prior
        share = weights / each.sum(axis=1)
        prior = (PRIOR_WEIGHT * _JEFFREYS + share @ each) / (PRIOR_WEIGHT + weights.sum())
    return prior


def _part(low: float, high: float) -> Floats:
    """Part of every step of the grid that lies in [low, high]."""
    overlap = np.minimum(_EDGES[1:], high) - np.maximum(_EDGES[:-1], low)
    return np.clip(overlap / np.diff(_EDGES), 0.0, 1.0)
