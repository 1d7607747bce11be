"""L6: what diagnosing and reporting the evaluations of L1 take, whole commands.

The parts are measured apart (D11, R2), on samples of eleven benchmarks; here all samples are of one
benchmark and two of its halves. Targets, stated before measuring: those of D11 and R2, 60 s and
2 GB each.

`bench.loading.evaluated` runs what is read here.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bench.extent import Extent
from bench.loading.evaluated import Evaluated, evaluations
from bench.loading.growth import linear_row, most_row
from bench.rows import Row

SECONDS, GIGABYTES = 60.0, 2.0
COMMANDS: Final = ("diagnose", "report")


def measure(extent: Extent) -> list[Row]:
    """Of both commands."""
    found = evaluations(extent)
    return [row for name in COMMANDS for row in rows(name, found)]


def rows(name: str, found: Sequence[Evaluated]) -> Iterator[Row]:
    """Seconds and memory at the most samples; growth."""
    taken = {each.samples: each.after[name] for each in found if each.after}
    last = max(taken)
    where = f"{name} at {last:,} samples"
    yield most_row("L6", f"{where}, seconds", taken[last]["wall"], SECONDS)
    yield most_row("L6", f"{where}, peak memory in GB", taken[last]["memory"] / 1e9, GIGABYTES)
    if len(taken) > 1:
        yield linear_row("L6", f"CPU of {name}", {n: each["cpu"] for n, each in taken.items()})
