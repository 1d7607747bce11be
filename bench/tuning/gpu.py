"""T8: does the training stage keep TRL's speed on a GPU?

Written down before the first run:

- *Model*: LLaVA with a SigLIP tower, random weights, about 0.3 billion parameters, over the tiny
  world's processor, in bf16 on disk and while it learns. Trained on T1's diagnosis arm, seed 0.
- *Ours*: `training.stage.run` with `grpo`, validation and early stops out of the way.
- *Bare*: `trl.GRPOTrainer` with the arguments that ours wrote into `arguments.json`, rewards
  that compare strings and count tokens, and nothing else of this project.
- *Tokens/s*: tokens of completions in the steps by which a long run is longer than a short one,
  over by how much longer it takes; so loading, saving and the first steps cancel out. Each run is
  a process of its own; the ways take turns, three times each.
- *Figure*: ours over bare, of the medians; interval: the least and the greatest of the nine ratios.

Without a GPU nothing is measured, and the row says so.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning.trials import DIAGNOSIS, generate
from bench.tuning.world import begun, claim, setup_of

TARGET: Final = 0.95
TURNS: Final = 3
STEPS: Final = (4, 24)
"""Of the short run and of the long one."""
_MEASURE: Final = "GRPO tokens/s of a bf16 model on a GPU, ours over TRL run bare"


def measure(extent: Extent) -> list[Row]:
    """The ratio; a row without a value where there is no GPU."""
    if not has_gpu():
        where = "needs a GPU: `python -m bench.training --full --only T8` where there is one"
        return [Row("T8", f"{_MEASURE} ({where})", target=f"≥ {TARGET}")]
    setup = setup_of(extent)
    claim(setup)
    training_set = generate(setup, begun(setup), DIAGNOSIS, 0).path
    folder = extent.work / "gpu"
    _call("model", folder, training_set)
    speeds: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(extent.draws(1, TURNS)):
        for way, found in speeds.items():
            found.append(_speed(way, folder, training_set, turn))
    return [row(speeds["ours"], speeds["bare"])]


def has_gpu() -> bool:
    """Whether torch is there and sees a GPU."""
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def row(ours: Sequence[float], bare: Sequence[float]) -> Row:
    """The ratio of the medians, with the range of all ratios as its interval."""
    ratios = sorted(a / b for a, b in product(ours, bare))
    low, high = ratios[0], ratios[-1]
    return Row(
        id="T8",
        measure=f"{_MEASURE} ({median(ours):.0f} against {median(bare):.0f})",
        value=median(ours) / median(bare),
        interval=(low, high),
        target=f"≥ {TARGET}",
        to_beat="TRL run bare, 1",
        met=True if low >= TARGET else False if high < TARGET else None,
    )


def _speed(way: str, folder: Path, training_set: Path, turn: int) -> float:
    """Tokens per second of one turn of a way."""
    runs = [_call(way, folder, training_set, steps, turn) for steps in STEPS]
    (tokens, seconds), (more, longer) = [(r["tokens"], r["seconds"]) for r in runs]
    return (more - tokens) / (longer - seconds)


def _call(
    what: str, folder: Path, training_set: Path, steps: int = 0, turn: int = 0
) -> dict[str, float]:
    """One run of `bench.tuning.gpu_run`; what it says of itself."""
    line = [sys.executable, "-m", "bench.tuning.gpu_run", what, str(folder), str(training_set)]
    done = subprocess.run(
        [*line, str(steps), str(turn)], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])
