"""How both phases optimise: AdamW, a short warm-up, a constant rate, a linear decay over the last
third."""

from collections.abc import Iterable
from typing import Final

import torch
from torch import nn

WARM_UP: Final = 150
DECAY: Final = 0.35
"""Share of the steps in which the rate falls."""


def optimiser(parameters: Iterable[nn.Parameter], rate: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=0.05, betas=(0.9, 0.98))


def set_rate(adam: torch.optim.AdamW, rate: float, step: int, steps: int) -> None:
    """The rate of step `step` (from 0) out of `steps`."""
    rising = min(1.0, (step + 1) / WARM_UP)
    falling = min(1.0, (steps - step) / (steps * DECAY) + 0.02)
    for group in adam.param_groups:
        group["lr"] = rate * rising * falling
