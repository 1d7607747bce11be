"""An interval for a share that is estimated from samples which may share pictures or groups.

    share .40 of 100 samples on 20 pictures; its variance, over pictures, is .006
    worth .40 · .60 / .006 = 40 independent samples, Wilson's interval of 16 out of 40

Wilson's interval with the effective number of samples holds for shares near 0 and 1, where a
bootstrap collapses, and costs one pass. With k clusters it is widened as the t distribution with
k − 1 degrees of freedom is wider than the normal one, since the variance is known from k values.
"""

from typing import Final

import numpy as np

from blindspot.core.statistics import Z95, wilson
from diagnostics.answers import Floats, Ints

_TAIL: Final = 0.975


def interval(
    estimate: float, influence: Floats, clusters: Ints, observed: int, extra: float = 0.0
) -> tuple[float, float]:
    """95 % interval of a share in [0, 1]. `influence` holds what each sample adds to the estimate's
    deviation from the truth (for a mean, (x − mean) / n), `clusters` the number of each sample's
    cluster; the first `observed` samples are those whose truth is known; `extra` is added to the
    variance. The samples are worth no fewer than what the known ones are worth if each cluster says
    one thing (Kish), and no more than there are.
    """
    known = np.bincount(clusters[:observed])
    known = known[known > 0]
    fewest = float(known.sum() ** 2 / (known @ known))
    sums = np.bincount(clusters, weights=influence)
    variance = float(sums @ sums) * len(known) / max(len(known) - 1, 1) + extra
    plain = estimate * (1 - estimate)
    worth = max(fewest, plain / variance) if variance > 0 else fewest
    worth = min(float(len(influence)), worth) * _certainty(len(known), clusters)
    low, high = wilson(estimate * worth, worth)
    return min(low, estimate), max(high, estimate)


def _certainty(known: int, clusters: Ints) -> float:
    """Factor on the worth: 1 where nothing is shared, less the fewer clusters there are."""
    if int(np.bincount(clusters).max()) == 1:
        return 1.0
    from scipy.stats import t

    return float(Z95 / t.ppf(_TAIL, max(known - 1, 1))) ** 2
