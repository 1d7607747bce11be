"""H1, H2, H6 and H7 of `bench.harness`: what asking costs.

H1 and H6 read the same runs. A command's own work is what it takes beyond its imports, which
are measured beside it: the modules that a run of it loaded are imported by a process that does
nothing else.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from bench.endpoint import Script
from bench.harness_arms import BLINDSPOT, LMMS_EVAL, Arm, Run, command, first_call, killed
from bench.harness_data import Kind
from bench.harness_figures import Estimate, Finding, at_least, at_most, beyond, estimate, shares
from bench.harness_trials import Bench
from bench.processes import log, reap, start

SHARE: Final = 0.9
REQUESTING_MS: Final = 0.3
GRADING_MS: Final = 3.0
MEMORY_GB: Final = 2.0
HELP_S: Final = 0.5
FIRST_S: Final = 2.0

_IMPORT: Final = """
import importlib, os, sys
for name in open(sys.argv[1]).read().split():
    try:
        importlib.import_module(name)
    except Exception:  # an optional part that is not there was loaded in vain before, too
        pass
os._exit(0)
"""
"""Ends at once: taking all modules down again is no part of importing them."""


@dataclass(frozen=True)
class Imports:
    """What importing some modules takes, in a process of its own. Seconds."""

    wall: float
    cpu: float


def tiny(bench: Bench) -> list[Finding]:
    """H1."""
    found = _shares(bench, "tiny", bench.extent.tiny)
    measure = f"requests/s, {bench.extent.tiny.samples} tiny images: share of the bare client"
    return [Finding("H1", measure, f"≥ {SHARE}", found, at_least(found, SHARE, precision=0.1))]


def photos(bench: Bench) -> list[Finding]:
    """H2."""
    found = _shares(bench, "photo", bench.extent.photos)
    measure = f"requests/s, {bench.extent.photos.samples} photos: share of the bare client"
    return [Finding("H2", measure, f"≥ {SHARE}", found, at_least(found, SHARE, precision=0.1))]


def cost(bench: Bench) -> list[Finding]:
    """H6."""
    return [*_cpu(bench), _memory(bench)]


def start_up(bench: Bench) -> list[Finding]:
    """H7."""
    arms: tuple[Arm, ...] = ("blindspot", *LMMS_EVAL)
    firsts = {arm: estimate(_firsts(bench, arm)) for arm in arms}
    helps = {"blindspot": _helps(bench, BLINDSPOT, bench.extent.repetitions)}
    helps["async_openai"] = _helps(bench, [sys.executable, "-m", "lmms_eval"], 1)
    samples = bench.extent.tiny.samples
    return [
        Finding(
            "H7",
            "--help, s",
            f"≤ {HELP_S}",
            helps,
            at_most(helps, HELP_S, precision=0.25),
        ),
        Finding(
            "H7",
            f"start to first request beyond imports, {samples} rows, s",
            f"≤ {FIRST_S}",
            firsts,
            at_most(firsts, FIRST_S, precision=1.0),
        ),
    ]


def notes(bench: Bench) -> list[str]:
    """What stands beside the shares: absolute rates, and that the endpoint was not the limit."""
    lines = []
    for name, kind in (("tiny", bench.extent.tiny), ("photo", bench.extent.photos)):
        bare = bench.race(name, kind)["bare"]
        raw = bench.run(f"{name}-raw", "raw", kind)
        rate, busy = (estimate([getattr(r, f) for r in bare]) for f in ("rate", "endpoint_busy"))
        lines.append(
            f"{kind.samples} {name} pictures: bare client {rate.value:.0f} requests/s, "
            f"endpoint busy {busy.value:.0%} of a core; "
            f"without any client library {raw.rate:.0f} requests/s"
        )
    return lines


def _firsts(bench: Bench, arm: Arm) -> list[float]:
    """Seconds to the first request beyond imports, which are measured in turns with it: a machine
    with other work is slower for both.
    """

    def first(name: str) -> float:
        place = bench.place(name, bench.extent.tiny)
        bench.server.begin(Script())
        return first_call(bench.server, command(arm, place, bench.server.url), place)

    found = []
    for n in range(bench.times(arm)):
        name = f"first-{arm}-{n}"
        loaded = _imports(bench, arm, "first", n)
        found.append(bench.once(name, lambda name=name: first(name)) - loaded.wall)
    return found


def _shares(bench: Bench, name: str, kind: Kind) -> dict[str, Estimate]:
    race = bench.race(name, kind)
    return shares({arm: [run.rate for run in runs] for arm, runs in race.items()})


def _cpu(bench: Bench) -> list[Finding]:
    samples = bench.extent.tiny.samples
    race = bench.race("tiny", bench.extent.tiny)
    bare = [run.cpu_requesting for run in race["bare"]]
    judged = _judged(race)
    asking = beyond(
        {arm: [r.cpu_requesting for r in runs] for arm, runs in judged.items()}, bare, samples
    )
    whole = beyond({arm: _beyond_imports(bench, arm, judged[arm]) for arm in judged}, bare, samples)
    return [
        Finding(
            "H6",
            "CPU per sample while requesting, beyond the bare client, ms",
            f"≤ {REQUESTING_MS}",
            asking,
            at_most(asking, REQUESTING_MS, precision=0.3),
        ),
        Finding(
            "H6",
            "CPU per sample of the whole command with grading, beyond imports and the bare "
            "client, ms",
            f"≤ {GRADING_MS}",
            whole,
            at_most(whole, GRADING_MS, precision=1.5),
        ),
    ]


def _memory(bench: Bench) -> Finding:
    """Every answer is another text and arrives through the client, so that nothing is shared that
    would not be shared in use.
    """
    kind = bench.extent.many
    memory = bench.run("many-blindspot", "blindspot", kind).memory / 1e9
    return Finding(
        "H6",
        f"peak memory at {kind.samples} samples, GB",
        f"≤ {MEMORY_GB}",
        {"blindspot": Estimate(memory)},
        memory <= MEMORY_GB,
    )


def _judged(race: Mapping[Arm, list[Run]]) -> dict[Arm, list[Run]]:
    return {arm: runs for arm, runs in race.items() if arm != "bare"}


def _beyond_imports(bench: Bench, arm: Arm, runs: Sequence[Run]) -> list[float]:
    return [run.cpu - _imports(bench, arm, "whole", n).cpu for n, run in enumerate(runs)]


def _imports(bench: Bench, arm: Arm, part: str, number: int) -> Imports:
    """What importing takes that an arm does until its `first` request, or in the `whole`
    command.
    """
    names = bench.once(f"modules-{part}-{arm}", lambda: _modules(bench, arm, part))
    name = f"imports-{part}-{arm}-{number}"
    return Imports(**bench.once(name, lambda: asdict(_import(bench, names))))


def _modules(bench: Bench, arm: Arm, part: str) -> list[str]:
    """Modules that a run of an arm loads, in order."""
    place = bench.place("modules", bench.extent.tiny)
    bench.server.begin(Script())
    line = ["env", "PYTHONPROFILEIMPORTTIME=1", *command(arm, place, bench.server.url)]
    samples = bench.extent.tiny.samples
    if part == "first":
        killed(bench.server, line, place, started=1)
    else:
        reap(start(line, place.folder), time.monotonic())
        assert len(bench.server.calls()) >= samples
    return imported(log(place.folder))


def imported(text: str) -> list[str]:
    """Module names of what Python prints with PYTHONPROFILEIMPORTTIME.

    >>> imported("import time:  12 |  34 |   os.path\\nimport time: self [us] | cumulative | x")
    ['os.path']
    """
    rows = [li.split("|") for li in text.splitlines() if li.startswith("import time:")]
    return [row[2].strip() for row in rows if len(row) == 3 and row[1].strip().isdigit()]


def _import(bench: Bench, names: Sequence[str]) -> Imports:
    place = bench.place("imports", bench.extent.tiny)
    place.folder.mkdir(parents=True)
    file = place.folder / "names.txt"
    file.write_text("\n".join(names))
    begun = time.monotonic()
    end = reap(start([sys.executable, "-c", _IMPORT, str(file)], place.folder), begun)
    return Imports(wall=end.wall, cpu=end.cpu)


def _helps(bench: Bench, line: Sequence[str], times: int) -> Estimate:
    name = "blindspot" if line == BLINDSPOT else "lmms-eval"
    walls = [bench.once(f"help-{name}-{n}", lambda: _help(line)) for n in range(times + 1)]
    return estimate(walls[1:])


def _help(line: Sequence[str]) -> float:
    """Seconds. The first of a machine compiles the sources and is not counted."""
    begun = time.monotonic()
    quiet = subprocess.DEVNULL
    subprocess.run([*line, "--help"], stdout=quiet, stderr=quiet, check=True, env=os.environ)
    return time.monotonic() - begun


def unjudged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings without a verdict: too small to judge by."""
    return [replace(f, met=None) for f in findings]
