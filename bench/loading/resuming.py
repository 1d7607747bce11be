"""L5: how soon a generation goes on after SIGKILL.

A generation is killed when nine tenths of its calls were answered. The time is that from the start
of the same command, importing included, to its first call at the server; a window of candidates
that was decided is read from the ledger. Target, stated before measuring: 20 s at each size, and no
more calls sent again than were under way.

`bench.loading.generated` runs what is read here.
"""

from typing import Final

from bench.extent import Extent
from bench.loading.generated import CONCURRENCY, Generated, generations
from bench.loading.growth import most_row
from bench.rows import Row

SECONDS: Final = 20.0


def measure(extent: Extent) -> list[Row]:
    """Seconds by size."""
    return [row for each in generations(extent) for row in rows(each)]


def rows(each: Generated) -> list[Row]:
    """Of one size."""
    where = f"{each.slots:,} slots, killed at {each.killed_at:.0%}"
    first = f"{where}: seconds from the start to the first call"
    again = f"{where}: calls sent again"
    return [
        most_row("L5", first, each.first, SECONDS),
        most_row("L5", again, each.again, CONCURRENCY),
        Row("L5", f"{where}: seconds from the start to the set", each.finished, None, "printed"),
    ]
