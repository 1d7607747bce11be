"""L4: what generating takes as slots grow: rate, memory, CPU, disk.

The share is of the calls per second that 64 workers around the openai client reach at the same
server, for which all calls are known beforehand; a candidate's calls follow upon each other.
Targets, stated before measuring: a share of 0.9 (that of G1), 2 GB at the most slots, 5 MB for
every further thousand (held are the hashes of each picture's windows, 3 KB, and its question), CPU
and what lies on disk no more than linear.

`bench.loading.generated` runs what is read here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bench.extent import Extent
from bench.loading.generated import CONCURRENCY, LATENCY, Generated, generations
from bench.loading.growth import linear_row, most_row, share_row, slope
from bench.loading.weighing import rows as weight_rows
from bench.rows import Row

SHARE: Final = 0.9
GIGABYTES: Final = 2.0
MEGABYTES: Final = 5.0
"""For every further thousand slots."""
KINDS: Final = ("ledger", "parquet", "images")


def measure(extent: Extent) -> list[Row]:
    """Rates by size, memory, CPU, disk."""
    found = generations(extent)
    rates = [row for each in found for row in rate_rows(each)]
    return [*rates, *cost_rows(found), *disk_rows(found)]


def rate_rows(each: Generated) -> list[Row]:
    """Of one size."""
    calls = (
        f"calls/s at {each.slots:,} slots, {CONCURRENCY} under way, {LATENCY:g} s each: "
        f"{each.rate:.0f}, share of the bare client's"
    )
    slots = f"slots/s at {each.slots:,} slots, {each.candidates:,} candidates"
    return [
        share_row("L4", calls, each.rate, each.bare, SHARE),
        Row("L4", slots, each.slots_rate, None, "printed"),
    ]


def cost_rows(found: Sequence[Generated]) -> list[Row]:
    """Memory and CPU at the most slots, and how they grow."""
    memory: Mapping[int, float] = {each.slots: each.memory for each in found}
    cpu = {each.slots: each.cpu for each in found}
    last = max(memory)
    added = slope(memory)
    adding = f"peak memory, MB for every further 1,000 slots up to {last:,}"
    return [
        most_row("L4", f"peak memory at {last:,} slots, GB", memory[last] / 1e9, GIGABYTES),
        most_row("L4", adding, None if added is None else added / 1e6, MEGABYTES),
        Row("L4", f"CPU at {last:,} slots, ms per slot", 1000 * cpu[last] / last, None, "printed"),
        linear_row("L4", "CPU", cpu),
    ]


def disk_rows(found: Sequence[Generated]) -> list[Row]:
    """Of each kind of file."""
    return [
        row
        for kind in KINDS
        for row in weight_rows("L4", kind, "slots", {e.slots: e.sizes[kind] for e in found})
    ]
