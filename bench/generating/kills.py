"""G6: what SIGKILL at a random moment costs: slots lost or given away twice, calls sent again.

The whole stage (`bench.generating.runs`) makes a training set in a process of its own, its agents
at the stub server. It is killed when a random number of calls has been answered and a random part
of a second has passed, started again, killed again, five times in all, and then let through. Read
after every kill is what the ledger had given away by then; in the end

    lost      slots that had a sample when the process was killed, or have one without any kill,
              and have none or another one now
    doubled   samples of the shards beyond one for a slot
    re-sent   requests between two kills whose body had arrived before; some were answered, and
              paid for twice
    files     of the training set that differ from those of a run that nobody killed (the manifest
              is left out: it says how long the stage took, and what was spent, where a kill counts
              the calls under way at their worst)

A kill that finds the process at its end already is not counted.

To beat: NeMo Data Designer was not run (it is not installed here); by its description it sends all
rows again that were open. Beside it, a script that keeps its answers in memory until the end sends
again whatever it had sent, which is counted by the same kills.
"""

import random
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.diagnosing.draws import mean
from bench.extent import Extent
from bench.generating.runs import PRICES, Run, Task
from bench.processes import kill
from bench.rows import Row, number
from bench.stub.script import Latency, Script
from bench.stub.server import Stub, stub

PER_RUN: Final = 5
"""Kills of one training set."""
CONCURRENCY, LATENCY = 16, 0.05
_WITHIN: Final = 0.25
"""Seconds after the chosen call within which a kill falls."""
_LONGEST: Final = 120.0


@dataclass(frozen=True)
class Fate:
    """What became of one training set."""

    kills: int
    again: tuple[int, ...]
    """Calls sent again after each kill."""
    paid: int
    """Of those, calls that had been answered, in all."""
    arrived: tuple[int, ...]
    """Calls sent until each kill."""
    lost: int
    doubled: int
    different: int
    """Files."""


@dataclass(frozen=True)
class Whole:
    """A run that nobody killed."""

    files: Mapping[str, str]
    taken: Mapping[str, str]
    calls: int
    """Different ones."""


def measure(extent: Extent) -> list[Row]:
    """A row for each count."""
    script = Script(latency={"all": Latency(seconds=LATENCY)})
    with stub(script) as server:
        whole = _whole(extent, server)
        fates = []
        for number_ in range(extent.draws(1, 24)):
            server.script(script)
            fates.append(_killed(extent, server, whole, number_))
    return rows(fates)


def rows(fates: Sequence[Fate]) -> list[Row]:
    """What a row of killed training sets says."""
    kills = sum(f.kills for f in fates)
    if not kills:
        raise ValueError("no process was killed: nothing can be measured")
    again = [n for f in fates for n in f.again]
    when = f"{kills} random SIGKILLs of {len(fates)} training sets"
    paid = sum(f.paid for f in fates)
    told = f"{when}: calls sent again after a kill, worst; on average {number(mean(again)[0])}, "
    told += f"{paid} in all had been answered already"
    script = max(n for f in fates for n in f.arrived)
    beat = f"a script that keeps answers in memory: {script}; Data Designer not run"
    counts = {
        "slots lost": sum(f.lost for f in fates),
        "slots filled twice": sum(f.doubled for f in fates),
        "files that differ from a run that nobody killed": sum(f.different for f in fates),
    }
    zero = [
        Row("G6", f"{when}: {what}", float(n), None, "0", "", n == 0) for what, n in counts.items()
    ]
    worst = float(max(again))
    sent = Row("G6", told, worst, None, f"≤ {CONCURRENCY}", beat, worst <= CONCURRENCY)
    return [*zero, sent]


def lost(had: Sequence[Mapping[str, str]], now: Mapping[str, str]) -> int:
    """Slots that had a candidate at some time and do not have it now."""
    return len({slot for taken in had for slot, who in taken.items() if now.get(slot) != who})


def _whole(extent: Extent, server: Stub) -> Whole:
    run = _run(extent, server, "whole")
    run.finish(run.start())
    calls = server.calls()
    return Whole(run.digests(), run.taken(), sum(calls.arrived.values()) - calls.repeated)


def _killed(extent: Extent, server: Stub, whole: Whole, number_: int) -> Fate:
    """Kill one training set at random points, then let it through."""
    rng = random.Random(number_)
    run = _run(extent, server, f"killed-{number_}")
    points = sorted(rng.randrange(whole.calls) for _ in range(PER_RUN))
    again, arrived, had = [0], [], [whole.taken]
    kills = 0
    for point in points:
        is_killed = _kill(run, server, point, rng.uniform(0, _WITHIN))
        calls = server.calls()
        again[-1] = calls.repeated - sum(again[:-1])
        had.append(run.taken())
        if is_killed:
            kills += 1
            again.append(0)
            arrived.append(sum(calls.arrived.values()))
    if not (run.out / "manifest.json").exists():
        run.finish(run.start())
    calls = server.calls()
    again[-1] = calls.repeated - sum(again[:-1])
    slots = Counter(run.slots())
    now = {slot: who for slot, who in run.taken().items() if slot in slots}
    return Fate(
        kills=kills,
        again=tuple(again[1:]),
        paid=calls.answered_before,
        arrived=tuple(arrived),
        lost=lost(had, now),
        doubled=sum(slots.values()) - len(slots),
        different=differing(whole.files, run.digests()),
    )


def differing(one: Mapping[str, str], two: Mapping[str, str]) -> int:
    """Files that are missing in one of two folders, or differ."""
    return sum(one.get(name) != two.get(name) for name in {*one, *two})


def _kill(run: Run, server: Stub, point: int, seconds: float) -> bool:
    """Start it, and kill it so many seconds after so many calls were answered; whether it was
    alive then.
    """
    if (run.out / "manifest.json").exists():
        return False
    child = run.start()
    until = time.monotonic() + _LONGEST
    while child.poll() is None and time.monotonic() < until:
        if server.wait(finished=point, seconds=0.2):
            break
    time.sleep(seconds)
    is_alive = child.poll() is None
    kill(child)
    return is_alive


def _run(extent: Extent, server: Stub, name: str) -> Run:
    folder = extent.work / "kills" / name
    shutil.rmtree(folder, ignore_errors=True)
    slots = 24 if extent.full else 8
    task = Task(url=server.url, slots=slots, concurrency=CONCURRENCY, prices=PRICES)
    return Run(folder, task).prepare()
