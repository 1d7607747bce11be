"""S5: calls of each role for one training sample, where every gate asks.

The stage of `bench.generating.throughput` with a server that answers at once: the planted source's
writer, two solvers, the gates that ask without the picture and with another, a validator and the
policy's rollouts. How many candidates fall is planted too (`bench.stub.script`); with other models
the counts are others. `bench.scaling.reckoning` reckons with them.
"""

import shutil
from collections.abc import Mapping

from bench.extent import Extent
from bench.generating.runs import Run, Task
from bench.rows import Row
from bench.stub.server import stub


def measure(extent: Extent) -> list[Row]:
    """One row for every role that was asked."""
    slots = extent.draws(12, 200)
    folder = extent.work / "calling"
    shutil.rmtree(folder, ignore_errors=True)
    with stub() as server:
        run = Run(folder, Task(url=server.url, slots=slots, concurrency=32)).prepare()
        run.finish(run.start())
        answered = server.calls().answered
    return rows({str(role): count for role, count in answered.items()}, len(run.slots()))


def rows(answered: Mapping[str, int], samples: int) -> list[Row]:
    """Calls for each sample of the training set."""
    return [
        Row("S5", f"calls of the {role} for a training sample, of {samples:,}", count / samples)
        for role, count in sorted(answered.items())
        if count
    ]
