"""G1: how much of what an endpoint offers a run takes: calls per second against the limit C /
latency, where C requests may be under way.

The whole stage runs as a user runs it, in a process of its own: the planted source's writer, two
solvers, the gates that ask without the picture and with another, a validator and the policy's
rollouts (`bench.generating.runs`). The stub server answers every call after the same time. What
counts is the time from the first call's arrival to the last answer; making pictures, deciding and
writing between calls are in it, starting Python is not. The models share one address, and with it
the limit. A candidate's calls follow upon each other, thirty and more where a test of whether it
needs its picture stays open, and waves follow upon each other: few slots cannot keep the server
busy, whoever asks.

Beside it, with the very same calls: 64 workers around the openai client, for which every call is
known beforehand, and a pool of 64 threads that takes each item's calls one after the other, all
items being equally long. Both are upper bounds for such scripts: neither decides, stores or
resumes anything. NeMo Data Designer and curator were not run: they are not installed here. The
limit by requests a minute is not measured: the stub server has none.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.extent import Extent
from bench.generating.clients import bare, bodies, per_item
from bench.generating.runs import Run, Task
from bench.processes import Child, kill
from bench.rows import Row, number
from bench.stub.script import Latency, Script
from bench.stub.server import Stub, stub
from bench.stub.tally import Calls

TARGET: Final = 0.9
CALLS: Final = 2000
"""Fewer do not judge."""
_BESIDE: Final = 4000
"""Of the run's calls, so many at most are made by the scripts beside it."""
_LOOK: Final = 0.1
"""Seconds between two looks at the server."""


@dataclass(frozen=True)
class Seen:
    """The server at one moment."""

    at: float
    """Seconds, monotonic."""
    arrived: int
    answered: int


@dataclass(frozen=True)
class Speed:
    """What was reached."""

    calls: int
    seconds: float
    """From the first call to the last answer."""
    busy: float
    """Part of that time in which as many calls were under way as may be."""
    idle: float
    """Part in which none was."""


def measure(extent: Extent) -> list[Row]:
    """The stage beside the two scripts; one row for every number of slots."""
    concurrency, latency = (64, 1.0) if extent.full else (16, 0.1)
    sizes = (200, 1000) if extent.full else (12,)
    with stub() as server:
        script = Script(latency={"all": Latency(seconds=latency)})
        return [_row(extent, server, script, slots, concurrency, latency) for slots in sizes]


def speed(seen: Sequence[Seen], concurrency: int) -> Speed:
    """What a row of looks says. Raises ValueError where nothing was called."""
    calls = seen[-1].answered
    begun = next((s.at for s in seen if s.arrived), None)
    if begun is None or not calls:
        raise ValueError("no call was answered: nothing can be measured")
    ended = next(s.at for s in seen if s.answered == calls)
    within = [s for s in seen if begun <= s.at < ended] or [seen[-1]]
    open_now = [s.arrived - s.answered for s in within]
    busy = sum(n >= concurrency for n in open_now) / len(within)
    return Speed(calls, ended - begun, busy, sum(n <= 0 for n in open_now) / len(within))


def watch(server: Stub, child: Child) -> list[Seen]:
    """The server from now until the process ends."""
    seen: list[Seen] = []
    while True:
        ended = child.poll() is not None
        seen.append(_look(time.monotonic(), server.calls()))
        if ended:
            return seen
        time.sleep(_LOOK)


def _look(at: float, calls: Calls) -> Seen:
    return Seen(at, sum(calls.arrived.values()), sum(calls.answered.values()))


def _row(
    extent: Extent, server: Stub, script: Script, slots: int, concurrency: int, latency: float
) -> Row:
    limit = concurrency / latency
    server.script(script)
    run, found = _ran(extent, server, slots, concurrency)
    share, peak = found.calls / found.seconds / limit, server.calls().peak
    what = (
        f"calls per second / ({concurrency} under way / {latency:g} s), the whole stage, {slots} "
        f"slots, {found.calls:,} calls in {found.seconds:.0f} s; at most {peak} under way, as many "
        f"as may be in {found.busy:.0%} of the time, none in {found.idle:.0%}"
    )
    others = _beside(run, server, script, round(found.calls / _candidates(run)), limit)
    met = share >= TARGET if found.calls >= CALLS else None
    return Row("G1", what, share, None, f"≥ {TARGET:g}", others, met)


def _ran(extent: Extent, server: Stub, slots: int, concurrency: int) -> tuple[Run, Speed]:
    """The stage at work, and how fast it called."""
    folder = extent.work / f"throughput-{slots}"
    shutil.rmtree(folder, ignore_errors=True)
    run = Run(folder, Task(url=server.url, slots=slots, concurrency=concurrency)).prepare()
    child = run.start()
    try:
        seen = watch(server, child)
        run.finish(child)
    finally:
        kill(child)
    return run, speed(seen, concurrency)


def _beside(run: Run, server: Stub, script: Script, chain: int, limit: float) -> str:
    """The scripts with the same calls."""
    calls, concurrency = bodies(run)[:_BESIDE], run.task.concurrency
    server.script(script)
    bare_ = _timed(lambda: asyncio.run(bare(server.url, calls, concurrency)))
    server.script(script)
    threads = _timed(lambda: per_item(server.url, calls, concurrency, chain))
    return (
        f"{len(calls):,} of these calls, all known beforehand, from {concurrency} asyncio workers "
        f"{number(bare_ / limit)}; from {concurrency} threads, {chain} calls an item, "
        f"{number(threads / limit)}; Data Designer and curator not run"
    )


def _candidates(run: Run) -> int:
    return run.manifest().counts["candidates"]


def _timed(call: Callable[[], int]) -> float:
    """Calls per second."""
    begun = time.monotonic()
    calls = call()
    return calls / (time.monotonic() - begun)
