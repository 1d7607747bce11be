"""`kill -9` at random moments of `blindspot run`, then the same command: it continues.

One run is left alone. Others are killed, twenty times in all, at random moments spread over every
stage, and continued each time by the same command. What they publish must be the same.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from blindspot.core.artifact import open_artifact, published
from blindspot.core.run_folder import RunFolder

KILLS = 20
TINY = Path(__file__).parents[2] / "examples" / "tiny"
QUESTIONS = 240
SMALL = (
    "rounds=1",
    "model.batch_size=16",
    "diagnosis.budget=24",
    "diagnosis.shuffles=20",
    "generation.canary=3",
    "generation.max_attempts=6",
    "generation.difficulty.rollouts=4",
    "generation.difficulty.certainty=0.6",
    "training.steps=4",
    "training.prompts_per_step=4",
    "training.prompts_per_pass=4",
    "training.save_every=1",
    "training.threads=1",
)
STAGES = [
    *(
        (stage, 0)
        for stage in ("evaluation", "diagnosis", "training_set", "checkpoint", "acceptance")
    ),
    *((stage, 1) for stage in ("evaluation", "diagnosis")),
]


def start(out: Path) -> "subprocess.Popen[str]":
    benchmark = f'evaluation.benchmarks=[{{name="b", path="{out.parent / "b.parquet"}"}}]'
    sets = [part for setting in (*SMALL, benchmark) for part in ("--set", setting)]
    config = str(TINY / "config.toml")
    command = [sys.executable, "-m", "blindspot.cli", "run", config, "--out", str(out), *sets]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)


def begins(process: "subprocess.Popen[str]") -> Iterator[tuple[str, int]]:
    """The stages that a run says it begins, as it says them."""
    assert process.stderr
    for line in process.stderr:
        if line.startswith("round "):
            number, _, stage = line.strip().removeprefix("round ").partition(": ")
            yield stage.replace(" ", "_"), int(number)


def left_alone(out: Path) -> dict[tuple[str, int], float]:
    """Run to the end; seconds that each stage took."""
    with start(out) as process:
        began = {stage: time.monotonic() for stage in begins(process)}
    assert process.returncode == 0
    times = pairwise([*began.values(), time.monotonic()])
    return dict(zip(began, (b - a for a, b in times), strict=True))


def killed_in(out: Path, stage: tuple[str, int], seconds: float) -> bool:
    """Start the run and kill it `seconds` into a stage; False when it ended before that."""
    with start(out) as process:
        reached = any(begun == stage for begun in begins(process))
        if reached:
            time.sleep(seconds)
        reached = reached and process.poll() is None
        process.send_signal(signal.SIGKILL)
    return reached


def killed(root: Path, seconds: dict[tuple[str, int], float]) -> Iterator[RunFolder]:
    """Runs killed at random moments of every stage in turn, until there were enough kills.

    A stage can be over sooner than its share of kills is used up, since it goes on where it was
    killed; then another run takes the rest.
    """
    chance, done, run = random.Random(7), dict.fromkeys(STAGES, 0), 0
    while sum(done.values()) < KILLS:
        out = root / f"killed-{run}"
        for stage in STAGES:
            while sum(done.values()) < KILLS and done[stage] <= min(done.values()) + 1:
                if not killed_in(out, stage, chance.uniform(0, seconds[stage])):
                    break
                done[stage] += 1
        left_alone(out)
        assert run < 8, f"only {done} kills hit"
        run += 1
        yield RunFolder(out)
    assert all(done.values()), done


def digests(folder: RunFolder) -> dict[str, str]:
    """Digest of every artifact: all but creation times and durations."""
    return {
        f"{stage}-{number}": open_artifact(getattr(folder.round(number), stage), stage).digest
        for stage, number in STAGES
        if published(getattr(folder.round(number), stage))
    }


@pytest.mark.timeout(900)
def test_runs_killed_twenty_times_in_all_end_as_one_left_alone(tmp_path: Path) -> None:
    table = pq.read_table(TINY / "benchmark.parquet")
    every = range(0, table.num_rows, table.num_rows // QUESTIONS)
    pq.write_table(table.take(list(every)), tmp_path / "b.parquet")
    seconds = left_alone(tmp_path / "alone")
    alone = RunFolder(tmp_path / "alone")
    expected, pictures = digests(alone), sorted(p.name for p in alone.images.root.iterdir())
    assert len(expected) == len(STAGES)
    for folder in killed(tmp_path, seconds):
        assert digests(folder) == expected
        assert folder.ledger.counts() == alone.ledger.counts()
        assert folder.ledger.counts()["asked_again"] == 0
        assert sorted(p.name for p in folder.images.root.glob("*.png")) == pictures
