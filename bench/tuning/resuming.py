"""T5: whether a training that SIGKILL stopped ends with the weights of one that nobody stopped.

The whole stage trains the tiny model in a process of its own, on one thread, saving every second
step; it is killed after a random step was rolled out and a random part of a step has passed,
started again, killed again, and then let through. Compared with a run that nobody killed are

    files     of the checkpoint, by SHA-256 (the manifest, which says when and how long, by its
              digest, which covers all but that): weights, log and arguments, to the last bit
    order     the sample ids that each step's rewards were given, steps that were taken twice
              because a kill had lost them included
    lost      steps that were taken again after a kill: at most those since the last save

A kill that finds the process at its end already is not counted.

    python -m bench.tuning.resuming FOLDER OUT STEPS        what such a process runs
"""

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

from bench.extent import Extent
from bench.generating.kills import differing
from bench.processes import Child, kill, log, start
from bench.rows import Row
from bench.tuning.small_run import prepared, settings
from blindspot.core.artifact import open_artifact
from blindspot.core.errors import StageError

SAVE_EVERY: Final = 2
ORDER: Final = "order.jsonl"
_SAMPLES: Final = 24
_LONGEST: Final = 300.0
_LOOK: Final = 0.02

Seen = tuple[int, tuple[str, ...]]
"""A step, from 0, and the samples of one of its passes."""


@dataclass(frozen=True)
class Made:
    """A finished training."""

    files: dict[str, str]
    digest: str
    order: tuple[Seen, ...]
    """Every pass that was rolled out, in the order of time."""
    kills: int = 0


def measure(extent: Extent) -> list[Row]:
    """GRPO killed again and again, and a run that nobody killed."""
    folder, steps = extent.work / "resuming", extent.draws(4, 12)
    prepared(folder, _SAMPLES)
    whole = _whole(folder, steps)
    kills = extent.draws(1, 5)
    return rows(whole, [_killed(folder, steps, n, kills) for n in range(extent.draws(1, 2))])


def rows(whole: Made, trials: Sequence[Made]) -> list[Row]:
    """What killed trainings say beside one that was not."""
    kills = sum(made.kills for made in trials)
    if not kills:
        raise ValueError("no process was killed: nothing can be measured")
    when = f"{kills} random SIGKILLs of {len(trials)} training(s) by grpo on a CPU"
    files = sum(differing(whole.files, made.files) for made in trials)
    alike = all(made.digest == whole.digest for made in trials)
    told = f"{when}: files that differ from a run that nobody killed; digests "
    told += "alike" if alike else "differ"
    order = sum(disordered(whole.order, made.order) for made in trials)
    again = max(repeated(made.order) for made in trials)
    most = max(made.kills for made in trials) * SAVE_EVERY
    lost = f"{when}: steps of one training that were taken again, worst"
    return [
        Row("T5", told, float(files), None, "0", "", files == 0 and alike),
        Row("T5", f"{when}: passes over other samples", float(order), None, "0", "", order == 0),
        Row("T5", lost, float(again), None, f"≤ {most}", "", again <= most),
    ]


def disordered(wanted: Sequence[Seen], found: Sequence[Seen]) -> int:
    """Passes of a killed run that the other one does not have, and those that are missing."""
    return len(set(wanted) ^ set(found))


def repeated(found: Sequence[Seen]) -> int:
    """Steps that were taken more than once, as often as they were taken again."""
    times = Counter(found)
    most: dict[int, int] = {}
    for (step, _), count in times.items():
        most[step] = max(most.get(step, 0), count - 1)
    return sum(most.values())


def train(folder: Path, out: Path, steps: int) -> None:
    """Run the stage, writing down which samples each pass is rewarded for."""
    from training import stage
    from training.optimisers import grpo

    config = settings(
        {"group_size": 4, "max_completion_tokens": 8},
        steps=steps,
        prompts_per_step=8,
        prompts_per_pass=4,
        save_every=SAVE_EVERY,
    )
    noted = _noting(_order(out), grpo.trl_function)
    with mock.patch.object(grpo, "trl_function", noted):
        stage.run(config, prepared(folder, _SAMPLES), out)


def _noting(path: Path, make: Callable[..., Any]) -> Callable[..., Any]:
    def made(name: str, shown: Any) -> Callable[..., Any]:
        reward = make(name, shown)

        def function(*args: Any, **columns: Any) -> Any:
            line = json.dumps([columns["trainer_state"].global_step, columns["id"]])
            with path.open("a") as file:
                file.write(line + "\n")
            return reward(*args, **columns)

        function.__name__ = name
        return function

    return made


def seen(path: Path) -> tuple[Seen, ...]:
    """What a run has written down; a line that a kill cut short is none."""
    lines = path.read_text().splitlines() if path.exists() else []
    whole = [json.loads(line) for line in lines if line.endswith("]]")]
    return tuple((step, tuple(ids)) for step, ids in whole)


def _whole(folder: Path, steps: int) -> Made:
    out = _fresh(folder, "whole")
    _finish(folder, out, _start(folder, out, steps))
    return _made(out, 0)


def _killed(folder: Path, steps: int, number: int, kills: int) -> Made:
    """Kill one training after random steps, then let it through."""
    rng, out, done = random.Random(number), _fresh(folder, f"killed-{number}"), 0
    for step in sorted(rng.sample(range(1, steps), kills)):
        child = _start(folder, out, steps)
        done += _kill_at(child, out, step, rng.random())
        if (out / "manifest.json").exists():
            return _made(out, done)
    _finish(folder, out, _start(folder, out, steps))
    return _made(out, done)


def _kill_at(child: Child, out: Path, step: int, share: float) -> bool:
    """Kill it once a step was rolled out and a share of what a step takes has passed; whether it
    was alive then.
    """
    path, until, begun = _order(out), time.monotonic() + _LONGEST, None
    while child.poll() is None and time.monotonic() < until:
        now = max((at for at, _ in seen(path)), default=-1)
        if now >= 0 and begun is None:
            begun = (time.monotonic(), now)
        if now >= step:
            break
        time.sleep(_LOOK)
    if begun and step > begun[1]:
        time.sleep(share * (time.monotonic() - begun[0]) / (step - begun[1]))
    is_alive = child.poll() is None
    kill(child)
    return is_alive


def _start(folder: Path, out: Path, steps: int) -> Child:
    module = [sys.executable, "-m", "bench.tuning.resuming"]
    line = ["env", "OMP_NUM_THREADS=1", *module, str(folder), str(out), str(steps)]
    return start(line, folder / "process")


def _finish(folder: Path, out: Path, child: Child) -> None:
    child.wait()
    if not (out / "manifest.json").exists():
        said = log(folder / "process")[-2000:]
        raise StageError(f"The training in {out}", said, "Correct it and measure again")


def _fresh(folder: Path, name: str) -> Path:
    out = folder / name
    for path in (out, out.with_name(f"{name}.tmp")):
        shutil.rmtree(path, ignore_errors=True)
    _order(out).unlink(missing_ok=True)
    return out


def _order(out: Path) -> Path:
    return out.with_name(f"{out.name}-{ORDER}")


def _made(out: Path, kills: int) -> Made:
    manifest = open_artifact(out, "checkpoint").manifest
    return Made(dict(manifest.files), manifest.digest, seen(_order(out)), kills)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    train(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
