"""R2: seconds until a page paints, and what making it takes.

First paint and first content are the browser's own (`performance.getEntriesByType('paint')`), from
the start of the navigation, in a fresh context each time; reading the file from the disk's cache
is part of it, starting Chromium is not. The pages are made in a process of its own that starts
Python, reads the artifacts of all rounds and ends; its peak memory is the kernel's. Times belong
to the machine, whose cores are named.

    python -m bench.reporting.speed FOLDER ROUND        what such a process runs
"""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.processes import End, log, reap, start
from bench.reporting.browser import browser, opened, paint
from bench.reporting.world import finished, rendered, size_of
from bench.rows import Interval, Row
from blindspot.core.errors import StageError
from blindspot.core.run_folder import RunFolder

PAINT: Final = 2.0
SECONDS: Final = 60.0
GIGABYTES: Final = 2.0


def measure(extent: Extent) -> list[Row]:
    """Of the largest page, and of making all pages."""
    made, size = finished(extent), size_of(extent)
    with browser() as chromium:
        paints = []
        for _ in range(extent.draws(3, 11)):
            with opened(chromium, made.pages["round"]) as seen:
                paints.append(paint(seen)["first-contentful-paint"])
    ends = [
        remade(made.folder.root, size.rounds - 1, extent.work / "remade")
        for _ in range(extent.draws(1, 3))
    ]
    what = f"{size.samples:,} samples, {size.rounds} rounds, {os.cpu_count()} cores"
    return [paint_row(paints), *cost_rows(ends, what)]


def remade(root: Path, number: int, work: Path) -> End:
    """All pages made once more, watched from outside."""
    begun = time.monotonic()
    line = [sys.executable, "-m", "bench.reporting.speed", str(root), str(number)]
    child = start(line, work)
    end = reap(child, begun)
    if child.returncode:
        raise StageError("Making the pages", log(work)[-500:], "Correct it and measure again")
    return end


def paint_row(paints: Sequence[float]) -> Row:
    """The median, and from the fastest to the slowest."""
    what = f"seconds to the first contentful paint from disk, median and range of {len(paints)}"
    middle, ends = _middle(paints)
    return Row("R2", what, middle, ends, f"< {PAINT:g}", "–", _met(ends, PAINT))


def cost_rows(found: Sequence[End], what: str) -> list[Row]:
    """Seconds and gigabytes."""
    wall, walls = _middle([end.wall for end in found])
    memory, memories = _middle([end.memory / 1e9 for end in found])
    seconds, gigabytes = f"seconds to make the pages, {what}", f"peak memory in GB, {what}"
    return [
        Row("R2", seconds, wall, walls, f"< {SECONDS:g}", "–", _met(walls, SECONDS)),
        Row("R2", gigabytes, memory, memories, f"< {GIGABYTES:g}", "–", _met(memories, GIGABYTES)),
    ]


def _met(ends: Interval, target: float) -> bool | None:
    """Whether all draws are below the target; None where only some are."""
    if ends[1] < target:
        return True
    return False if ends[0] >= target else None


def _middle(values: Sequence[float]) -> tuple[float, Interval]:
    return statistics.median(values), (min(values), max(values))


def main(root: str, number: str) -> None:
    rendered(RunFolder(Path(root)), int(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
