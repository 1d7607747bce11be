"""A mean that few people's labels and many predictions give together.

    100 of 400 failed samples are labelled; people say .30, predictions of the same .40,
    predictions of all .44; λ = .75
    θ = .30 + .75 · (.44 − .40) = .33

(Angelopoulos et al. 2023, "Prediction-powered inference"; λ chosen for the least variance, as in
PPI++ of Angelopoulos, Duchi & Zrnic 2023, kept within 0 … 1.) Right predictions make the interval
nearly as short as if all had been labelled; useless ones leave exactly what the labels alone give,
Wilson's interval. It holds only where the labelled are a simple random sample of all, which the
form of `human.py` is: not for samples that somebody picked.

Departures: the predictions' mean is taken over all samples, the labelled ones included, with the
covariance that this brings; Wilson's interval at the number of samples the estimate is worth, since
the normal one fails for shares near 0 and 1; and a variance of λ²/n² more, as if one more label
contradicted its prediction: a few labels that all agree do not show that none would not.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from diagnostics.answers import Floats, Ints
from diagnostics.causes.worth import interval

FEWEST: Final = 10
"""Labels below which nothing is said."""

Values = Sequence[float] | Floats


def mean(
    labels: Values, predicted: Values, others: Values, clusters: Ints | None = None
) -> tuple[float, tuple[float, float]] | None:
    """The mean of what people would say of all, and its 95 % interval, in [0, 1]; None with fewer
    than ten labels. `labels` and `predicted` are of the labelled, `others` predictions of the rest.
    `clusters` numbers what shares a picture or group, of the labelled and then the rest.
    """
    y, f, rest = (np.asarray(x, dtype=float) for x in (labels, predicted, others))
    if len(y) < FEWEST:
        return None
    everything, n = np.concatenate([f, rest]), len(y)
    power = tuning(y, f, everything)
    residual = y - power * f
    estimate = min(1.0, max(0.0, power * float(everything.mean()) + float(residual.mean())))
    influence = power * (everything - everything.mean()) / len(everything)
    influence[:n] += (residual - residual.mean()) / n
    shared = np.arange(len(everything)) if clusters is None else clusters
    return estimate, interval(estimate, influence, shared, n, (power / n) ** 2)


def tuning(labels: Floats, predicted: Floats, everything: Floats) -> float:
    """λ in [0, 1]: how far the predictions are relied on. `predicted` are of the labelled; the
    spread of predictions is taken from all of them, since of rare stages few labels know little.
    """
    spread = float(np.var(everything))
    if spread == 0:
        return 0.0
    slope = float(np.mean((labels - labels.mean()) * (predicted - predicted.mean()))) / spread
    return min(1.0, max(0.0, slope))
