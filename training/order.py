"""In which order samples are trained on: every batch mirrors the mixture, decided before the run.

Drawing batches at random lets small cells miss whole steps. Here each batch is a systematic
sample of the cells laid end to end, one interval per cell as long as its share: a cell of 12.5 %
gets exactly 3 of every 24 prompts, one of 10 % gets 2 or 3. The offsets of successive batches
follow the golden ratio, so a cell smaller than one prompt per batch still comes around evenly.
Within a cell, samples follow a shuffled order that is drawn anew each time it is used up.

A cell's share is that of its *admitted* samples: a cell that stayed short of its quota is not
repeated more often to make up for it.

A curriculum (`easy_first`) exchanges samples of the same cell, and nothing else: every batch has
the mixture that it had, and the run has the samples that it had. The whole order is known before
the first step, which is what lets a killed run continue with the same data; so nothing is ordered
by what the run itself measures.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

GOLDEN: Final = 0.6180339887498949


def stratified_order(cells: Sequence[str], *, batch: int, batches: int, seed: int) -> list[int]:
    """Positions in `cells`, `batch * batches` of them. `cells` names each sample's cell.

    >>> stratified_order(["a", "a", "b", "b"], batch=2, batches=2, seed=0)
    [0, 2, 3, 1]
    """
    rng = random.Random(f"order-{seed}")
    members: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        members.setdefault(cell, []).append(position)
    names = sorted(members)
    streams = {name: _cycle(members[name], rng) for name in names}
    ends = list(accumulate(len(members[name]) for name in names))
    offset, order = rng.random(), []
    for number in range(batches):
        picked = [names[i] for i in _systematic(ends, batch, (offset + number * GOLDEN) % 1.0)]
        rng.shuffle(picked)
        order += [next(streams[name]) for name in picked]
    return order


def easy_first(
    order: Sequence[int], cells: Sequence[str], pass_rates: Sequence[float | None]
) -> list[int]:
    """The same order, each cell's samples sorted by pass rate over the whole run, the highest
    first; of equal ones, the earlier first. Samples without a pass rate keep their places.

    >>> easy_first([0, 2, 1, 0], ["a", "a", "b"], [0.25, 0.75, None])
    [1, 2, 0, 0]
    """
    places: dict[str, list[int]] = {}
    for place, sample in enumerate(order):
        if pass_rates[sample] is not None:
            places.setdefault(cells[sample], []).append(place)
    eased = list(order)
    for own in places.values():
        samples = sorted((order[place] for place in own), key=lambda s: -(pass_rates[s] or 0.0))
        for place, sample in zip(own, samples, strict=True):
            eased[place] = sample
    return eased


def _systematic(ends: Sequence[int], batch: int, offset: float) -> list[int]:
    """Index of the interval that each of `batch` evenly spaced points falls in."""
    spacing = ends[-1] / batch
    return [min(bisect_right(ends, (i + offset) * spacing), len(ends) - 1) for i in range(batch)]


def _cycle(positions: list[int], rng: random.Random) -> Iterator[int]:
    """The positions for ever, in an order that is drawn anew for every pass."""
    while True:
        yield from rng.sample(positions, len(positions))
