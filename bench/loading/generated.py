"""Training sets of several sizes made against the stub server: what L4 and L5 read.

    generations(extent)[0].rate           calls per second, of the fewest slots

The whole stage runs in a process of its own (`bench.generating.runs`): a writer, two solvers, a
validator, the policy's rollouts, all gates. It is killed when nine tenths of its slots are filled
and started again; rates are of the time until the kill, sizes of the finished set, memory of the
process that held more. Around each, 64 workers around the openai client make calls of a smaller
run, all known beforehand, at the same server: its limit for whoever asks from this machine.
"""

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
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

SMOKE_SIZES, FULL_SIZES = (10, 20, 40), (1_000, 5_000, 20_000)
CONCURRENCY: Final = 64
LATENCY: Final = 0.05
KILLED_AT: Final = 0.9
CALLS: Final = 2_000
"""What the bare client makes, at most."""
_LOOK: Final = 0.25
"""Seconds between two looks at the server and at the ledger."""
_BEHAVING: Final = Script(latency={"all": Latency(seconds=LATENCY)})


@dataclass(frozen=True)
class Generated:
    """What was measured of one size. Seconds, bytes, calls or slots per second."""

    slots: int
    bare: float
    """Calls per second of the bare client, before and after; the mean."""
    rate: float
    """Calls per second until the kill."""
    slots_rate: float
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

    @property
    def share(self) -> float:
        """Of what the bare client reached."""
        return self.rate / self.bare


def generations(extent: Extent) -> list[Generated]:
    """Every size, the smallest first; what was measured before is not measured again."""
    sizes = FULL_SIZES if extent.full else SMOKE_SIZES
    with stub(_BEHAVING) as server:
        calls = _once(extent, "calls", lambda: _calls(extent, server, max(8, sizes[0] // 10)))
        return [Generated(**_of(extent, server, slots, calls)) for slots in sizes]


def _of(extent: Extent, server: Stub, slots: int, calls: list[Body]) -> dict[str, Any]:
    return _once(extent, f"made-{slots}", lambda: asdict(_made(extent, server, slots, calls)))


def _calls(extent: Extent, server: Stub, slots: int) -> list[Body]:
    """Calls of a small run, each once."""
    run = _prepared(extent, server, slots)
    run.finish(run.start())
    return bodies(run)[:CALLS]


def _made(extent: Extent, server: Stub, slots: int, calls: list[Body]) -> Generated:
    before = _bare(server, calls)
    server.script(_BEHAVING)
    run = _prepared(extent, server, slots)
    with Peak(besides=[server.pid]) as peak:
        seen, filled, cpu = _until_killed(run, server, round(KILLED_AT * slots))
        first, finished, cpu_after = _continued(run, server)
    counts, found = server.calls(), speed(seen, CONCURRENCY)
    return Generated(
        slots=slots,
        bare=(before + _bare(server, calls)) / 2,
        rate=found.calls / found.seconds,
        slots_rate=filled / found.seconds,
        cpu=cpu + cpu_after,
        memory=peak.bytes,
        candidates=run.manifest().counts["candidates"],
        sizes=weights(run.folder),
        first=first,
        finished=finished,
        again=counts.repeated,
    )


def _until_killed(run: Run, server: Stub, enough: int) -> tuple[list[Seen], int, float]:
    """The server until so many slots are filled, how many are, and the CPU that it took. Raises
    StageError where it ends before.
    """
    child, seen, filled, cpu = run.start(), [], 0, 0.0
    try:
        while filled < enough and not has_ended(child):
            time.sleep(_LOOK)
            seen.append(_look(server))
            filled, cpu = _filled(run), cpu_of(child.pid)
        _require_alive(run, child)
    finally:
        kill(child)
    return seen, filled, cpu


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


def _filled(run: Run) -> int:
    """Slots that have a candidate by the ledger now."""
    file = run.folder / "ledger.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file, timeout=30)) as db:
        made = db.execute("select 1 from sqlite_master where name = 'slots'").fetchone()
        return int(db.execute("select count(*) from slots").fetchone()[0]) if made else 0


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
