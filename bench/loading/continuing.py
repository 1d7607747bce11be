"""L2: how soon an evaluation goes on after SIGKILL, and how soon a finished one is seen to be.

An evaluation is killed when nine tenths of its samples were answered. The time is that from the
start of the same command, importing included, to the arrival of the first request at the endpoint:
the data set is read, the ledger checked and looked up, before it. Targets, stated before measuring:
20 s at each size, and as many for a finished evaluation, which must ask nothing; no answer is lost.

`bench.loading.evaluated` runs what is read here.
"""

from collections.abc import Iterator
from typing import Final

from bench.extent import Extent
from bench.loading.evaluated import Evaluated, evaluations
from bench.loading.growth import most_row
from bench.rows import Row

SECONDS: Final = 20.0


def measure(extent: Extent) -> list[Row]:
    """Seconds by size."""
    return [row for each in evaluations(extent) for row in rows(each)]


def rows(each: Evaluated) -> Iterator[Row]:
    """Of one size."""
    killed, after = each.killed, each.after
    where = f"{each.samples:,} samples"
    if killed:
        what = f"{where}, killed at 90 %: seconds from the start to the first request"
        yield most_row("L2", what, killed["first"], SECONDS)
        what = f"{where}, killed at 90 %: answers lost; {killed['again']} requests sent again"
        yield Row("L2", what, killed["lost"], None, "0", "", killed["lost"] == 0)
    if after:
        finished = after["finished"]
        what = f"{where}, finished: seconds of the same command"
        yield most_row("L2", what, finished["wall"], SECONDS)
        what = f"{where}, finished: requests of the same command"
        yield Row("L2", what, finished["calls"], None, "0", "", finished["calls"] == 0)
