"""All trials of a measure: which kinds, how many, and what they say together (F1).

work/replay-corrupted-3.json       one trial; a measure that was stopped goes on with the next
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.chaos import damage, faults
from bench.chaos.endpoints import PLAIN, Site
from bench.chaos.faults import KILLS, Fault
from bench.chaos.ground import Ground, laid
from bench.chaos.relay import Relay
from bench.chaos.spiral import Arm
from bench.chaos.trial import Trial
from bench.extent import Extent
from bench.rows import Row
from bench.stub.server import stub

FAULTS: Final[Mapping[str, Fault]] = {
    "killed": faults.killed,
    "full": faults.full,
    "read_only": faults.read_only,
    "clock": faults.clock,
    "corrupted": damage.corrupted,
    "twice": faults.twice,
}
WORDS: Final = {
    "killed": "SIGKILL of a process",
    "full": "full disk",
    "read_only": "read-only folder",
    "clock": "clock jump",
    "corrupted": "corrupted file",
    "twice": "second run on the folder",
    "outage": "endpoint out",
    "slowdown": "endpoint slow",
    "errors": "endpoint with 30 % errors",
}
_FULL: Final[Mapping[Arm, Mapping[str, int]]] = {
    "replay": {
        "killed": 60,
        "full": 20,
        "read_only": 16,
        "clock": 14,
        "corrupted": 60,
        "twice": 10,
    },
    "endpoint": {"outage": 10, "slowdown": 6, "errors": 4},
    "training": {"killed": 9, "full": 3, "read_only": 2, "clock": 2, "corrupted": 6, "twice": 2},
}
_SMOKE: Final[Mapping[Arm, Mapping[str, int]]] = {
    "replay": {"killed": 1, "full": 1, "corrupted": 1, "twice": 1},
    "endpoint": {},
    "training": {},
}
_MOST: Final = 3
"""Trials per fault wanted; some find the command ended."""
AIMS: Final[Mapping[Arm, int]] = {"replay": 180, "endpoint": 0, "training": 20}
"""Faults that must have hit."""


def measure(extent: Extent, arm: Arm, only: Sequence[str] = (), limit: int = 0) -> list[Row]:
    """The rows of an arm; `only` some kinds, at most `limit` faults of each."""
    plan = (_FULL if extent.full else _SMOKE)[arm]
    plan = {k: min(n, limit or n) for k, n in plan.items() if not only or k in only}
    if not plan:
        return []
    with _ground(extent, arm) as (ground, kinds):
        found = {k: _trials(extent.work, ground, k, kinds[k], n) for k, n in plan.items()}
    return rows(arm, found, plan)


def rows(arm: Arm, found: Mapping[str, Sequence[Trial]], plan: Mapping[str, int]) -> list[Row]:
    """One row per kind, then the totals."""
    table = [_row(arm, kind, trials, plan[kind]) for kind, trials in found.items()]
    every = [t for trials in found.values() for t in trials]
    count = sum(t.faults for t in every)
    when = f"{arm}: {count} faults"
    is_enough = count >= AIMS[arm]
    totals = {
        "lost": sum(t.lost for t in every),
        "doubled": sum(t.doubled for t in every),
        "silently used": sum(t.silent for t in every),
        "ends without a clear sentence": sum(t.unclear for t in every),
    }
    return [*table, *(_total(when, what, n, is_enough) for what, n in totals.items())]


def _total(when: str, what: str, number: int, is_enough: bool) -> Row:
    met = number == 0 if is_enough or number else None
    return Row("F1", f"{when}: {what}", float(number), None, "0", "", met)


def _row(arm: Arm, kind: str, trials: Sequence[Trial], wanted: int) -> Row:
    hits = [t for t in trials if t.faults]
    count = sum(t.faults for t in hits)
    if not count:
        return Row("F1", f"{arm}, {WORDS[kind]}: not measured, this machine cannot do it")
    counts = (
        f"{sum(t.lost for t in hits)} lost, {sum(t.doubled for t in hits)} doubled, "
        f"{sum(t.silent for t in hits)} silently used; {sum(t.told for t in hits)} times a "
        f"sentence, {sum(t.unclear for t in hits)} times none; "
        f"{sum(t.in_flight for t in hits)} calls under way were made again"
    )
    if unread := sum(t.unread for t in hits):
        counts += f"; {unread} damaged pictures or ledgers lay unread"
    bad = float(sum(t.lost + t.doubled + t.silent for t in hits))
    met = bad == 0 if count >= wanted or bad else None
    return Row("F1", f"{arm}, {WORDS[kind]}, {count} faults: {counts}", bad, None, "0", "", met)


def _trials(work: Path, ground: Ground, kind: str, fault: Fault, wanted: int) -> list[Trial]:
    """Seed after seed until so many faults have hit."""
    found: list[Trial] = []
    for seed in range(wanted * _MOST):
        if sum(t.faults for t in found) >= wanted:
            break
        trial = _trial(work, ground, kind, fault, seed)
        if trial is None:
            break
        found.append(trial)
    return found


def _trial(work: Path, ground: Ground, kind: str, fault: Fault, seed: int) -> Trial | None:
    """One trial, or what it said when it was made."""
    name = f"{ground.arm}-{kind}-{seed}"
    file = work / f"{name}.json"
    if file.is_file():
        return Trial.model_validate_json(file.read_text())
    begun = Trial(kind=kind, arm=ground.arm, seed=seed, detail="", faults=0)
    found = fault(ground, random.Random(f"{kind} {seed}"), ground.place(name), begun)
    if found is not None:
        file.write_text(found.model_dump_json(indent=1))
        _say(found)
    return found


def _say(trial: Trial) -> None:
    counts = f"lost {trial.lost} doubled {trial.doubled} silent {trial.silent}"
    about = f"unclear {trial.unclear} {' | '.join([*trial.said, *trial.different])}"
    print(f"{trial.arm} {trial.kind} {trial.seed}, {trial.detail}: {counts} {about}", flush=True)


@contextmanager
def _ground(extent: Extent, arm: Arm) -> Iterator[tuple[Ground, Mapping[str, Fault]]]:
    if arm != "endpoint":
        yield laid(extent.work, arm), FAULTS
        return
    with stub(PLAIN) as server, Relay(server.port) as relay:
        ground = laid(extent.work, arm, relay.url)
        server.script(PLAIN)
        ground.place("counted").finish()
        calls = server.calls()
        different = sum(calls.arrived.values()) - calls.repeated
        site = Site(server, relay, different, calls.answered_before)
        yield (
            ground,
            {"outage": site.outage, "slowdown": site.slowdown, "errors": site.errors},
        )


__all__ = ["AIMS", "FAULTS", "KILLS", "measure", "rows"]
