"""Several processes, as a launcher starts them, train what one does; on a CPU, by gloo."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError
from training.optimiser import passes
from training.settings import TrainingSettings, ValidationSettings
from training.stage import TrainingInputs, run

CELLS = [("color/plain", "is it red", "no", 7)]
"""One more than two processes share evenly."""
PRELUDE = """
import faulthandler, os, time
from training import validation
faulthandler.dump_traceback_later(100, exit=True)
found = validation.best
validation.best = lambda folder: time.sleep(int(os.environ["RANK"])) or found(folder)
"""
"""The second process looks for the best weights when the first could have written others; two that
wait for each other say where.
"""


def by_two(script: Path, argument: str) -> None:
    """Run a script in two processes; what they said on stderr is shown where one fails."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*launcher, "--nproc_per_node=2", str(script), argument]
    place = {"PYTHONPATH": os.pathsep.join(["", *sys.path]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=os.environ | place, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-6000:]


def test_two_processes_take_the_steps_of_one(
    inputs: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    make_training_set: Callable[..., Path],
    child: Callable[..., tuple[str, str]],
    metrics: Callable[[Path], list[dict[str, Any]]],
    tmp_path: Path,
):
    watched = ValidationSettings(every=2, max_tokens=2)
    config = settings(optimiser="sft", prompts_per_pass=1, validation=watched)
    training_set = make_training_set(name="validated", validation=CELLS)
    given = replace(inputs, training_set=training_set)
    program, argument = child(config, given, tmp_path / "two")
    script = tmp_path / "child.py"
    script.write_text(PRELUDE + program)
    by_two(script, argument)
    run(config, given, tmp_path / "one")
    one, two = (metrics(tmp_path / name) for name in ("one", "two"))
    assert [r["step"] for r in two] == [1, 2, 3]
    assert [r["loss"] for r in two] == pytest.approx([r["loss"] for r in one], rel=1e-4)
    assert [r.get("validation") for r in two] == [r.get("validation") for r in one]


def test_a_step_that_cannot_be_dealt_out(
    settings: Callable[..., TrainingSettings], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ConfigError, match="Use a multiple of 6"):
        passes(settings())
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert passes(settings()) == 1
