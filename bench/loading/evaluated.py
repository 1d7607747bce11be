"""Evaluations of several sizes against the mock endpoint: what L1, L2, L3 and L6 read.

    evaluations(extent)[0].whole["memory"]      bytes, of the evaluation of the fewest samples

`blindspot evaluate` is run as a user runs it. One evaluation goes through, is run again when it has
ended, diagnosed and reported; another one is killed when nine tenths of its samples were answered,
and started again. Ten samples share a picture of 32×32; one answer in four is wrong. Around each
evaluation the bare client of `bench.harness` asks the same endpoint a thousand samples. What was
measured of a size is kept at once (`bench.harness_trials`): a bench that was stopped goes on with
the next size.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.endpoint import Script
from bench.extent import Extent
from bench.harness_arms import BLINDSPOT, ArmError, Place, Server, command, killed, serving, watch
from bench.harness_data import Kind
from bench.harness_figures import lost, sent_again
from bench.harness_trials import FULL, Bench
from bench.loading.sizes import weights
from bench.loading.watching import Peak
from bench.processes import log, reap, start

SMOKE_SIZES, FULL_SIZES = (200, 500, 1_000), (1_000, 10_000, 100_000)
CONCURRENCY: Final = 64
PER_PICTURE: Final = 10
WRONG_EVERY: Final = 4
KILLED_AT: Final = 0.9
_BARE_SMOKE, _BARE_FULL = 200, 1_000

Measured = dict[str, Any]


@dataclass(frozen=True)
class Evaluated:
    """What was measured of one size. Seconds, bytes, requests per second."""

    samples: int
    bare: tuple[float, float]
    """Requests per second of the bare client, before and after."""
    whole: Measured
    """rate, cpu, wall, busy, memory; ledger, parquet, images, rest."""
    after: Measured | None
    """Of finished, diagnose and report each wall, cpu, memory; of finished also calls. None where
    it was left out.
    """
    killed: Measured | None
    """first, again, lost; wall, cpu, memory of the second start. None where it was left out."""

    @property
    def rate(self) -> float:
        """Requests per second of the one that went through."""
        return self.whole["rate"]


def evaluations(extent: Extent) -> list[Evaluated]:
    """Every size, the smallest first."""
    sizes = FULL_SIZES if extent.full else SMOKE_SIZES
    concurrency = replace(FULL, concurrency=CONCURRENCY)
    with serving() as server:
        bench = Bench(server, concurrency, extent.work, Path(extent.work).parent / "data")
        return [_evaluated(bench, n, extent.full, is_last=n == sizes[-1]) for n in sizes]


def _evaluated(bench: Bench, samples: int, full: bool, *, is_last: bool) -> Evaluated:
    kind = Kind("tiny", samples, samples // PER_PICTURE)
    before = _bare(bench, samples, full, 0)
    found = bench.once(f"whole-{samples}", lambda: _whole(bench, kind, full or is_last))
    bares = before, _bare(bench, samples, full, 1)
    stopped = None
    if full or is_last:
        stopped = bench.once(f"killed-{samples}", lambda: _killed(bench, kind))
    return Evaluated(samples, bares, found["whole"], found["after"], stopped)


def _bare(bench: Bench, samples: int, full: bool, turn: int) -> float:
    asked = _BARE_FULL if full else _BARE_SMOKE
    return bench.run(f"bare-{samples}-{turn}", "bare", Kind("tiny", asked, asked)).rate


def _whole(bench: Bench, kind: Kind, with_after: bool) -> Measured:
    """One that goes through, and what comes after it."""
    place, line = _ready(bench, "whole", kind)
    with Peak(besides=[bench.server.pid]) as peak:
        run = watch(bench.server, line, place, kind.samples)
    found = {"rate": run.rate, "cpu": run.cpu, "wall": run.wall, "busy": run.endpoint_busy}
    found |= {"memory": max(run.memory, peak.bytes), **weights(place.folder / "run")}
    return {"whole": found, "after": _after(bench, kind, place, line) if with_after else None}


def _after(bench: Bench, kind: Kind, place: Place, line: Sequence[str]) -> Measured:
    """The same command again, and those that read what it made."""
    bench.server.begin(_script(kind))
    finished = _ran(bench.server, line, place)
    calls = len(bench.server.calls())
    run = str(place.folder / "run")
    readers = {
        name: _ran(bench.server, [*BLINDSPOT, name, run], place) for name in ("diagnose", "report")
    }
    return {"finished": finished | {"calls": calls}, **readers}


def _killed(bench: Bench, kind: Kind) -> Measured:
    """One that is killed near its end and started again."""
    place, line = _ready(bench, "killed", kind)
    before = killed(bench.server, line, place, finished=round(KILLED_AT * kind.samples))
    bench.server.begin(_script(kind))
    begun = time.monotonic()
    found = _ran(bench.server, line, place)
    after = bench.server.calls()
    if not after:
        raise ArmError(f"nothing was left to ask:\n{log(place.folder)[-500:]}")
    return {
        "first": min(call.arrived for call in after) - begun,
        "again": sent_again(before, after),
        "lost": lost(before, after, CONCURRENCY),
        **found,
    }


def _ready(bench: Bench, name: str, kind: Kind) -> tuple[Place, list[str]]:
    """An empty folder and the command; the endpoint has forgotten what came before."""
    place = bench.place(name, kind)
    bench.server.begin(_script(kind))
    return place, command("blindspot", place, bench.server.url)


def _ran(server: Server, line: Sequence[str], place: Place) -> Measured:
    """Wall seconds, CPU seconds and bytes of a command. Raises ArmError where it fails."""
    begun = time.monotonic()
    with Peak(besides=[server.pid]) as peak:
        child = start(line, place.folder)
        end = reap(child, begun)
    if child.returncode:
        said = log(place.folder)[-2000:]
        raise ArmError(f"{' '.join(line)} ended with {child.returncode}:\n{said}")
    return {"wall": end.wall, "cpu": end.cpu, "memory": max(end.memory, peak.bytes)}


def _script(kind: Kind) -> Script:
    return Script(wrong=range(0, kind.samples, WRONG_EVERY))
