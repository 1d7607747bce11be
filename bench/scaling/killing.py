"""S3: a node is lost in the middle of an evaluation.

`blindspot evaluate` runs as a user runs it, on two nodes of one processor each. Once a third of the
answers stand in the ledger one node's daemon is killed, and its processes end with it. The files
of the evaluation are compared with those of one that ran in one process.
"""

import shutil
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.processes import Child, kill, log, start
from bench.rows import Row
from bench.scaling.clusters import TINY, cluster
from blindspot.core.artifact import file_digest
from blindspot.core.errors import StageError

FILES: Final = ("samples.parquet", "predictions.parquet", "metrics.json")
_BATCH: Final = 16
_LOOK: Final = 0.05
_LIMIT: Final = 600.0
"""Seconds for one command."""


def measure(extent: Extent) -> list[Row]:
    """Files that differ, answers that were asked for twice."""
    samples = extent.draws(96, 768)
    alone, lost = extent.work / "alone", extent.work / "lost"
    ended(evaluation(alone, samples), alone)
    with cluster([{"num_cpus": 1}] * 2) as made:
        child = evaluation(lost, samples, "--executor", "ray", "--set", _at(made.address))
        before = answered_when(lost, samples // 3, child)
        made.lose(made.nodes[-1])
        ended(child, lost)
    return rows(samples, before, differing(alone, lost), again(lost))


def rows(samples: int, before: int, differing: Sequence[str], again: int) -> list[Row]:
    """A run that had ended before the node was lost proves nothing."""
    proven = before < samples
    what = f"one of two nodes killed after {before} of {samples} answers"
    names = f" ({', '.join(differing)})" if differing else ""
    files = f"files that differ from one process's{names}, {what}"
    twice = f"answers paid twice, {what}"
    return [
        Row("S3", files, len(differing), None, "0", "", met(len(differing), proven)),
        Row("S3", twice, again, None, "0", "", met(again, proven)),
    ]


def met(found: int, proven: bool) -> bool | None:
    """Anything found is a miss, however it came about."""
    return False if found else (True if proven else None)


def evaluation(folder: Path, samples: int, *options: str) -> Child:
    """The command, in a run folder that begins empty."""
    shutil.rmtree(folder, ignore_errors=True)
    line = [sys.executable, "-m", "blindspot.cli", "evaluate", str(TINY), "--out", str(folder)]
    line += ["--limit", str(samples), "--set", f"model.batch_size={_BATCH}", *options]
    return start(line, folder.with_name(f"{folder.name}-process"))


def ended(child: Child, folder: Path) -> None:
    """Wait for it. Raises StageError where it failed."""
    try:
        child.wait(_LIMIT)
    finally:
        kill(child)
    if child.returncode:
        said = log(folder.with_name(f"{folder.name}-process"))[-1000:]
        raise StageError(f"The evaluation in {folder}", said, "Correct it and measure again")


def answered_when(folder: Path, enough: int, child: Child) -> int:
    """Waits until so many answers are on record, or the command has ended; how many there are."""
    while (found := _count(folder, "calls")) < enough and child.poll() is None:
        time.sleep(_LOOK)
    return found


def differing(one: Path, other: Path) -> list[str]:
    """Files of the evaluations in two run folders that are not the same bytes."""
    here, there = (folder / "round-0" / "evaluation" for folder in (one, other))
    return [name for name in FILES if file_digest(here / name) != file_digest(there / name)]


def again(folder: Path) -> int:
    """Answers that the ledger took more than once."""
    return _count(folder, "calls where asked > 1")


def _at(address: str) -> str:
    return f"evaluation.ray_address={address}"


def _count(folder: Path, what: str) -> int:
    file = folder / "ledger.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file, timeout=30)) as db:
        made = db.execute("select 1 from sqlite_master where name = 'calls'").fetchone()
        return db.execute(f"select count(*) from {what}").fetchone()[0] if made else 0
