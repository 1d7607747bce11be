"""L1: what evaluating takes as samples grow: rate, memory, CPU.

The share is of the bare client's requests per second at the same endpoint, around each evaluation;
its interval lies between the shares in what that client reached before and after. Memory is the
peak of the command and its children. Targets, stated before measuring: a share of 0.9 (that of
H1), 2 GB (that of H6), 1 MB for every further thousand samples (samples, answers and verdicts lie
on disk; held are keys, names and places), CPU linear in the samples.

`bench.loading.evaluated` runs what is read here.
"""

from collections.abc import Sequence
from typing import Final

from bench.extent import Extent
from bench.loading.evaluated import CONCURRENCY, Evaluated, evaluations
from bench.loading.growth import linear_row, most_row, share_row, slope
from bench.rows import Row

SHARE: Final = 0.9
GIGABYTES: Final = 2.0
MEGABYTES: Final = 1.0
"""For every further thousand samples."""


def measure(extent: Extent) -> list[Row]:
    """Shares by size, memory, CPU."""
    found = evaluations(extent)
    return [*(rate_row(each) for each in found), *memory_rows(found), *cpu_rows(found)]


def rate_row(each: Evaluated) -> Row:
    """Requests per second of one size."""
    what = (
        f"requests/s at {each.samples:,} samples, {CONCURRENCY} under way: {each.rate:.0f}, share "
        f"of the bare client's; endpoint busy {each.whole['busy']:.0%} of a core"
    )
    return share_row("L1", what, each.rate, each.bare, SHARE)


def memory_rows(found: Sequence[Evaluated]) -> list[Row]:
    """At the most samples, and what further ones add."""
    memory = {each.samples: each.whole["memory"] for each in found}
    last = max(memory)
    added = slope(memory)
    adding = f"peak memory, MB for every further 1,000 samples up to {last:,}"
    return [
        most_row("L1", f"peak memory at {last:,} samples, GB", memory[last] / 1e9, GIGABYTES),
        most_row("L1", adding, None if added is None else added / 1e6, MEGABYTES),
    ]


def cpu_rows(found: Sequence[Evaluated]) -> list[Row]:
    """Of the whole command at the most samples, and how it grows."""
    cpu = {each.samples: each.whole["cpu"] for each in found}
    last = max(cpu)
    what = f"CPU of the whole command at {last:,} samples, ms per sample"
    return [
        Row("L1", what, 1000 * cpu[last] / last, None, "printed"),
        linear_row("L1", "CPU of the whole command", cpu),
    ]
