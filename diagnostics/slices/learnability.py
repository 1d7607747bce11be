"""How much a slice can be learnt from: the mean of 4p(1−p) over its samples, p a sample's own pass
rate. GRPO gets nothing from groups that are all right or all wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from diagnostics.answers import Answers, Floats
from diagnostics.slices.candidates import Slice
from diagnostics.slices.rates import Rates

PassRates = Mapping[str, tuple[float, int]]
"""By sample id the share of re-sampled answers that were right, and how many there were."""
FEWEST_DRAWN = 5
"""Re-sampled failed samples that every weakness needs before its learnability is taken from them.
"""


def learnabilities(
    pieces: Sequence[Slice], answers: Answers, rates: Rates, pass_rates: PassRates
) -> list[float]:
    """Of each slice, all by the same means: the mean of 4p(1−p) over samples asked more than once,
    else over failed samples that a probe re-sampled (those that passed then count as learnt), else
    4p(1−p) of the slice's shrunk rate.
    """
    drawn = [_drawn(piece, answers, pass_rates) for piece in pieces]
    if drawn and min(map(len, drawn)) >= FEWEST_DRAWN and not (answers.repeats > 1).any():
        shares = [1 - float(answers.passed[piece.members].mean()) for piece in pieces]
        return [s * float(np.mean(4 * p * (1 - p))) for s, p in zip(shares, drawn, strict=True)]
    estimates = [rates.estimate(piece).rate for piece in pieces]
    return [learnability(s, answers, r) for s, r in zip(pieces, estimates, strict=True)]


def _drawn(piece: Slice, answers: Answers, pass_rates: PassRates) -> Floats:
    """Pass rates of its re-sampled members."""
    ids = (answers.samples[i].id for i in piece.members)
    return np.array([pass_rates[i][0] for i in ids if i in pass_rates])


def learnability(piece: Slice, answers: Answers, rate: float) -> float:
    """Mean of 4p(1−p) over samples asked more than once; 4p(1−p) of the slice's rate if there
    are none.
    """
    repeated = piece.members[answers.repeats[piece.members] > 1]
    p: Floats = answers.scores[repeated] if len(repeated) else np.array([rate])
    return float(np.mean(4 * p * (1 - p)))
