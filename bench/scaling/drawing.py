"""S4: a training set of drawn pictures, by one process and by one and two nodes of one processor.

Nobody is asked and the difficulty gate is off, so that all of the time is drawing and comparing,
which is what the `ray` executor of generation spreads.
"""

import os
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.extent import Extent
from bench.generating.runs import written
from bench.rows import Row
from bench.scaling.clusters import cluster
from blindspot.core.model import ModelSettings
from blindspot.core.ray_cluster import joined
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from generation.settings import DifficultySettings, GenerationSettings
from generation.stage import GenerationInputs, catalogue, run

CELLS: Final = 8


def measure(extent: Extent) -> list[Row]:
    """Alone, one node, two nodes."""
    slots = extent.draws(16, 240)
    seconds: dict[str, list[float]] = {"local": [], "one": [], "two": []}
    digests: set[str] = set()
    for _ in range(extent.draws(1, 3)):
        for name, nodes in (("local", 0), ("one", 1), ("two", 2)):
            took, digest = made(extent.work / f"drawing-{name}", slots, nodes)
            seconds[name].append(took)
            digests.add(digest)
    return rows(slots, seconds, len(digests) - 1)


def rows(slots: int, seconds: dict[str, list[float]], others: int) -> list[Row]:
    """Sameness, cost and gain."""
    what = f"{slots} drawn samples, {os.cpu_count()} cores"
    cost = [a / b for a, b in zip(seconds["local"], seconds["one"], strict=True)]
    gain = [a / b for a, b in zip(seconds["one"], seconds["two"], strict=True)]
    return [
        Row("S4", f"training sets that differ, {what}", others, None, "0", "", not others),
        _row(f"training sets/s on one node: share of this process's, {what}", cost),
        _row(f"training sets/s on two nodes: multiple of one node's, {what}", gain),
    ]


def made(folder: Path, slots: int, nodes: int) -> tuple[float, str]:
    """Seconds that the stage took, and the training set's digest."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = GenerationSettings(
        executor="ray" if nodes else "local",
        canary=0,
        difficulty=DifficultySettings(enabled=False),
    )
    written(folder, mixture(settings, slots))
    if not nodes:
        return _timed(settings, folder)
    with cluster([{"num_cpus": 1}] * nodes) as started, joined("generation", started.address):
        return _timed(settings, folder)


def mixture(settings: GenerationSettings, slots: int) -> list[CellShare]:
    """The samples, spread over the first kinds that can be made."""
    kinds = catalogue(settings)[:CELLS]
    each = slots // len(kinds)
    return [CellShare(**_cell(kind, each, slots)) for kind in kinds]


def _cell(kind: Any, quota: int, slots: int) -> dict[str, Any]:
    cell = {"capability": kind.capability, "image_type": kind.image_type}
    return {**cell, "share": quota / slots, "quota": quota, "weakness": "planted", "why": "planted"}


def _timed(settings: GenerationSettings, folder: Path) -> tuple[float, str]:
    inputs = GenerationInputs(
        RunFolder(folder), folder / "diagnosis", (folder / "evaluation",), ModelSettings()
    )
    begun = time.monotonic()
    artifact = run(settings, inputs, folder / "training_set")
    return time.monotonic() - begun, artifact.digest


def _row(what: str, values: Sequence[float]) -> Row:
    ends = (min(values), max(values))
    what = f"{what}, median and range of {len(values)}"
    return Row("S4", what, statistics.median(values), ends)
