"""A part of the failed samples that stands for all of them.

    400 failed samples, 40 to draw, strata of 300, 99 and 1
    300 → 29 drawn, weight 10.3 each     99 → 10, 9.9 each     1 → 1, 1.0

Strata are the pairs of category and stage. Each gets one, and the rest are shared out in proportion
to their sizes (Sainte-Laguë), so that rare ones are seen too. With fewer to draw than strata, the
small ones are joined into one stratum, from which is drawn like from any other: every failed sample
can be drawn, and nothing is estimated from large strata alone.

Within a stratum the order is that of a digest of seed and sample id. So the same samples are drawn
in any order of rows, and a larger budget asks again for most of what a smaller one asked.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.artifact import digest_of
from diagnostics.causes.failed import Failed

OTHERS: Final = "others"
"""The stratum of small strata that were joined."""


@dataclass(frozen=True)
class Drawn:
    """A failed sample that was drawn."""

    failed: Failed
    """What was drawn."""
    weight: float
    """Failed samples that it stands for, itself included; they sum to all of them."""
    stratum: str
    """`capability/image_type: stage`, or `others`."""


def draw(failed: Sequence[Failed], count: int, seed: int) -> list[Drawn]:
    """So many of the failed samples (all where there are no more), by id. Sample ids are unique;
    the order of `failed` makes no difference.
    """
    if count <= 0:
        return []
    strata = _joined(_strata(failed), count)
    seats = _seats({name: len(members) for name, members in strata.items()}, count)
    drawn = [
        Drawn(each, len(members) / seats[name], name)
        for name, members in strata.items()
        for each in _first(members, seats[name], seed)
    ]
    return sorted(drawn, key=lambda d: d.failed.sample.id)


def _strata(failed: Sequence[Failed]) -> dict[str, list[Failed]]:
    strata: defaultdict[str, list[Failed]] = defaultdict(list)
    for each in failed:
        strata[f"{each.sample.category}: {each.stage}"].append(each)
    return dict(strata)


def _joined(strata: Mapping[str, list[Failed]], count: int) -> dict[str, list[Failed]]:
    """The strata, or as many as can be drawn from: the largest, and all others as one."""
    if len(strata) <= count:
        return dict(strata)
    by_size = sorted(strata, key=lambda name: (-len(strata[name]), name))
    kept = {name: strata[name] for name in by_size[: count - 1]}
    return kept | {OTHERS: [each for name in by_size[count - 1 :] for each in strata[name]]}


def _seats(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many to draw from each stratum: one, then in proportion, and never more than it has."""
    seats = dict.fromkeys(sizes, 1)
    claims = [(-size / 3, name) for name, size in sizes.items() if size > 1]
    heapq.heapify(claims)
    for _ in range(min(count, sum(sizes.values())) - len(sizes)):
        _, name = heapq.heappop(claims)
        seats[name] += 1
        if seats[name] < sizes[name]:
            heapq.heappush(claims, (-sizes[name] / (2 * seats[name] + 1), name))
    return seats


def _first(members: Sequence[Failed], count: int, seed: int) -> list[Failed]:
    return sorted(members, key=lambda f: digest_of([seed, f.sample.id]))[:count]
