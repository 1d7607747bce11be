"""Training sets of several sizes made against the stub server: what L4 and L5 read.

    generations(extent)[0].rate           calls per second, of the fewest slots

The whole stage runs in a process of its own (`bench.generating.runs`): a writer, two solvers, a
validator, the policy's rollouts, all gates. It is killed when nine tenths of its calls were
answered (a smaller run says how many a slot takes) and started again; rates are of the time until
the kill, sizes of the finished set, memory of the process that held more. Around each, 64 workers
around the openai client make calls of that smaller run, all known beforehand, at the same server:
its limit for whoever asks from this machine.
"""

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.extent import Extent
from bench.generating.clients import Body, bare, bodies
from bench.generating.runs import Run, Task
from bench.generating.throughput import Seen, speed
from bench.loading.sizes import weights
from bench.loading.watching import Peak
from bench.processes import Child, cpu_of, has_ended, kill, reap
from bench.stub.script import Latency, Script
from bench.stub.server import Stub, stub
from blindspot.core.artifact import write_text
from blindspot.core.errors import StageError
from blindspot.core.progress import say

SMOKE_SIZES, FULL_SIZES = (10, 20), (1_000, 5_000, 20_000)
CONCURRENCY: Final = 64
LATENCY: Final = 0.05
KILLED_AT_SMOKE, KILLED_AT = 0.5, 0.9
"""Part of the calls; of few slots the calls are not known as well."""
CALLS: Final = 2_000
"""What the bare client makes, at most."""
_LOOK: Final = 0.25
"""Seconds between two looks at the server."""
_BEHAVING: Final = Script(latency={"all": Latency(seconds=LATENCY)})


@dataclass(frozen=True)
class Generated:
    """What was measured of one size. Seconds, bytes, calls or slots per second."""

    slots: int
    killed_at: float
    """Part of its calls that were answered when it was killed, as a smaller run foretold them."""
    bare: tuple[float, float]
    """Calls per second of the bare client, before and after."""
    rate: float
    """Calls per second until the kill."""
    slots_rate: float
    """Of these, by the calls that a slot took in the end."""
    cpu: float
    """Of both processes."""
    memory: int
    """Peak of the process that held more, with its children."""
    candidates: int
    sizes: dict[str, int]
    """ledger, parquet, images, rest."""
    first: float
    """From the second start to its first call."""
    finished: float
    """From the second start to the published set."""
    again: int
    """Calls before the kill and after it, beyond the different ones."""


def generations(extent: Extent) -> list[Generated]:
    """Every size, the smallest first; what was measured before is not measured again."""
    sizes = FULL_SIZES if extent.full else SMOKE_SIZES
    few = sizes[0] // 10 if extent.full else sizes[0]
    with stub(_BEHAVING) as server:
        small = _Small(**_once(extent, "small", lambda: asdict(_small(extent, server, few))))
        return [Generated(**_of(extent, server, slots, small)) for slots in sizes]


@dataclass(frozen=True)
class _Small:
    """A small run's calls."""

    per_slot: float
    bodies: list[Body]


def _of(extent: Extent, server: Stub, slots: int, small: _Small) -> dict[str, Any]:
    return _once(extent, f"made-{slots}", lambda: asdict(_made(extent, server, slots, small)))


def _small(extent: Extent, server: Stub, slots: int) -> _Small:
    run = _prepared(extent, server, slots)
    run.finish(run.start())
    made = bodies(run)
    return _Small(len(made) / slots, made[:CALLS])


def _made(extent: Extent, server: Stub, slots: int, small: _Small) -> Generated:
    before = _bare(server, small.bodies)
    server.script(_BEHAVING)
    run = _prepared(extent, server, slots)
    killed_at = KILLED_AT if extent.full else KILLED_AT_SMOKE
    enough = round(killed_at * slots * small.per_slot)
    with Peak(besides=[server.pid]) as peak:
        seen, cpu = _until_killed(run, server, enough)
        first, finished, cpu_after = _continued(run, server)
    counts, found = server.calls(), speed(seen, CONCURRENCY)
    rate = found.calls / found.seconds
    return Generated(
        slots=slots,
        killed_at=killed_at,
        bare=(before, _bare(server, small.bodies)),
        rate=rate,
        slots_rate=rate * slots / (sum(counts.arrived.values()) - counts.repeated),
        cpu=cpu + cpu_after,
        memory=peak.bytes,
        candidates=run.manifest().counts["candidates"],
        sizes=weights(run.folder),
        first=first,
        finished=finished,
        again=counts.repeated,
    )


def _until_killed(run: Run, server: Stub, enough: int) -> tuple[list[Seen], float]:
    """The server until so many calls were answered, and the CPU that it took. Raises StageError
    where the run ends before.
    """
    child = run.start()
    seen, cpu = [_look(server)], 0.0
    try:
        while seen[-1].answered < enough and not has_ended(child):
            time.sleep(_LOOK)
            seen.append(_look(server))
            cpu = cpu_of(child.pid)
        _require_alive(run, child)
    finally:
        kill(child)
    return seen, cpu


def _require_alive(run: Run, child: Child) -> None:
    """A set that is finished cannot be killed; a failed one says why."""
    if has_ended(child):
        run.finish(child)
        raise StageError(f"The run in {run.folder}", "it ended before the kill", "Use more slots")


def _continued(run: Run, server: Stub) -> tuple[float, float, float]:
    """Seconds to the first call, seconds and CPU seconds to the end, of a second start."""
    arrived = _arrived(server)
    begun = time.monotonic()
    child = run.start()
    try:
        while _arrived(server) == arrived and not has_ended(child):
            time.sleep(_LOOK / 10)
        first = time.monotonic() - begun
        end = reap(child, begun)
        run.finish(child)
    finally:
        kill(child)
    return first, end.wall, end.cpu


def _arrived(server: Stub) -> int:
    return sum(server.calls().arrived.values())


def _look(server: Stub) -> Seen:
    calls = server.calls()
    return Seen(time.monotonic(), sum(calls.arrived.values()), sum(calls.answered.values()))


def _bare(server: Stub, calls: list[Body]) -> float:
    """Calls per second."""
    server.script(_BEHAVING)
    begun = time.monotonic()
    answered = asyncio.run(bare(server.url, calls, CONCURRENCY))
    return answered / (time.monotonic() - begun)


def _prepared(extent: Extent, server: Stub, slots: int) -> Run:
    """An empty run."""
    folder = extent.work / "generations" / str(slots)
    shutil.rmtree(folder, ignore_errors=True)
    task = Task(url=server.url, slots=slots, concurrency=CONCURRENCY)
    return Run(folder, task).prepare()


def _once(extent: Extent, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returned, now or in an earlier run of the bench: plain JSON. Its run folder is
    deleted.
    """
    file = Path(extent.work) / "trials" / f"{name}.json"
    if not file.is_file():
        say(name)
        made = make()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, json.dumps(made))
        shutil.rmtree(extent.work / "generations", ignore_errors=True)
    return json.loads(file.read_text())
