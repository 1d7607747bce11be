"""G8: whether a run without any server writes the same bytes twice, and again when it was killed.

The stage makes a training set from the programmatic source for a policy that answers by rule, in a
process of its own, each with another hash seed and in another folder:

    twice     from the beginning
    killed    with SIGKILL at random moments, up to three times, then let through

and every file of the training sets is compared (the manifest, which says when and how long, by its
digest, which covers all but that). The policy takes a little time for each batch, so that kills
fall everywhere; its answers follow from prompt, picture and repeat, so some candidates are too
easy, some too hard, and slots are asked for again.

    python -m bench.generating.determinism FOLDER        what such a process runs
"""

import os
import random
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.extent import Extent
from bench.generating.kills import differing
from bench.generating.runs import OUT, written
from bench.processes import Child, kill, log, start
from bench.rows import Row
from blindspot.core.artifact import digest_of
from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings, Request
from blindspot.core.records import CellShare, Completion, Outcome
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from generation.settings import GenerationSettings
from generation.stage import GenerationInputs

KILLS: Final = 3
"""Of one training set in `--full`; otherwise one."""
CELLS: Final = (
    ("counting", "geometric"),
    ("presence", "geometric"),
    ("color", "geometric"),
    ("ocr", "text_dense"),
)
FAMILIES: Final = ("counting", "presence", "color", "ocr_digits")
"""What draws them; the same whatever families are added."""
_PAUSE: Final = 0.01
"""Seconds for a batch of answers."""


@dataclass(frozen=True)
class Made:
    """A finished training set."""

    files: dict[str, str]
    digest: str
    seconds: float
    samples: int


class Policy:
    """A model that answers by rule: what it says follows from what it is asked."""

    fingerprint = "by rule"
    chunk = 32
    concurrency = 2

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """A small number, or yes or no."""
        import asyncio

        await asyncio.sleep(_PAUSE)
        return [Completion(text=said(request)) for request in requests]

    async def rest(self) -> None:
        """Nothing to give back."""

    async def abilities(self) -> dict[str, Any]:
        """None."""
        return {}


def said(request: Request) -> str:
    """`3` or `yes`, by the digest of prompt, pictures and repeat."""
    number = int(digest_of([request.prompt, list(request.images), request.repeat])[:8], 16)
    is_yes_no = request.prompt.split(" ")[0] in ("Is", "Are", "Does", "Do")
    return ("yes", "no")[number % 2] if is_yes_no else str(1 + number % 3)


def measure(extent: Extent) -> list[Row]:
    """Two runs, and killed ones beside them."""
    slots = 200 if extent.full else 16
    first, again = (_whole(extent, name, slots, i) for i, name in enumerate(("first", "again")))
    trials = [_killed(extent, n, slots, first.seconds) for n in range(extent.draws(1, 10))]
    kills = sum(n for n, _ in trials)
    what = f"files that differ between two runs, {first.samples} samples"
    twice = _row(what, [again], first)
    what = f"files that differ from those of {len(trials)} runs killed {kills} times in all"
    if not kills:
        return [twice, Row("G8", f"{what}: every process ended before it was to be killed")]
    return [twice, _row(what, [made for _, made in trials], first)]


def make(folder: Path) -> None:
    """Run the stage in a folder that was prepared."""
    from generation.stage import generate

    inputs = GenerationInputs(
        folder=RunFolder(folder),
        diagnosis=folder / "diagnosis",
        evaluations=(folder / "evaluation",),
        policy=ModelSettings(backend="replay"),
    )
    generate(settings(), inputs, folder / OUT, Policy)


def settings() -> GenerationSettings:
    """Small pictures, a band that answers by chance can reach."""
    difficulty = {"low": 0.1, "high": 0.9, "rollouts": 8, "certainty": 0.6, "max_tokens": 16}
    return GenerationSettings.model_validate(
        {
            "sources": [{"size": 96, "families": FAMILIES}],
            "max_attempts": 4,
            "difficulty": difficulty,
        }
    )


def mixture(slots: int) -> list[CellShare]:
    """As many slots for every cell."""
    return [
        CellShare(
            capability=capability,
            image_type=image_type,
            share=1 / len(CELLS),
            quota=slots // len(CELLS),
            weakness="drawn",
            why="drawn",
        )
        for capability, image_type in CELLS
    ]


def _whole(extent: Extent, name: str, slots: int, seed: int) -> Made:
    folder = _prepared(extent, name, slots)
    begun = time.monotonic()
    _finish(folder, _start(folder, seed))
    return _made(folder, time.monotonic() - begun)


def _killed(extent: Extent, number: int, slots: int, seconds: float) -> tuple[int, Made]:
    """Kill it at moments that are spread over the time that a run takes."""
    rng = random.Random(number)
    folder = _prepared(extent, f"killed-{number}", slots)
    kills = 0
    for _ in range(extent.draws(1, KILLS)):
        child = _start(folder, rng.randrange(1000))
        time.sleep(rng.uniform(0.3, 0.9) * seconds)
        kills += child.poll() is None
        kill(child)
        if (folder / OUT / "manifest.json").exists():
            return kills, _made(folder, 0.0)
    _finish(folder, _start(folder, rng.randrange(1000)))
    return kills, _made(folder, 0.0)


def _prepared(extent: Extent, name: str, slots: int) -> Path:
    folder = extent.work / "determinism" / name
    shutil.rmtree(folder, ignore_errors=True)
    return written(folder, mixture(slots))


def _start(folder: Path, seed: int) -> Child:
    """With a hash seed of its own."""
    module = [sys.executable, "-m", "bench.generating.determinism", str(folder)]
    line = ["env", f"PYTHONHASHSEED={seed}", *module]
    return start(line, folder / "process")


def _finish(folder: Path, child: Child) -> None:
    child.wait()
    if child.returncode:
        said_ = log(folder / "process")[-2000:]
        raise StageError(f"The run in {folder}", said_, "Correct it and measure again")


def _made(folder: Path, seconds: float) -> Made:
    manifest = TrainingSetArtifact(folder / OUT).artifact.manifest
    samples = sum(manifest.counts[split] for split in ("train", "validation", "canary"))
    return Made(dict(manifest.files), manifest.digest, seconds, samples)


def _row(what: str, others: Sequence[Made], first: Made) -> Row:
    count = sum(differing(first.files, made.files) for made in others)
    alike = all(made.digest == first.digest for made in others)
    told = f"{what}; manifests' digests {'alike' if alike else 'differ'}"
    return Row("G8", told, float(count), None, "0", "", count == 0 and alike)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    make(Path(sys.argv[1]))
