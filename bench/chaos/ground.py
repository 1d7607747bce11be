"""What all trials of an arm share: its world, and a run that nobody disturbed.

    ground = laid(extent.work, "replay")     replay/{config.toml, whole/run, shots/3-checkpoint}
    ground.state        what the disturbed ones must end as
    ground.cpu          CPU seconds that it took from the beginning of its folder
    ground.shots        the run as it stood after each stage, its ledger closed

The undisturbed run is made twice, and must be the same twice: else nothing can be told by it.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.chaos import spiral, state
from bench.chaos.command import Place, reach
from bench.chaos.spiral import SHOTS, Arm
from bench.processes import Child, cpu_of, reap
from blindspot.core.errors import StageError


@dataclass(frozen=True)
class Ground:
    """An arm's world."""

    world: Path
    arm: Arm
    state: state.State
    cpu: float
    size: int
    """Bytes of the finished run's folder."""

    @property
    def shots(self) -> list[Path]:
        """The run after each stage but the last, which has nothing left to do."""
        return sorted((self.world / "shots").iterdir())[:-1]

    def place(self, name: str) -> Place:
        """An empty folder for one trial."""
        folder = self.world / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return Place(folder, self.arm)


def laid(work: Path, arm: Arm, url: str = "") -> Ground:
    """The ground of an arm; one laid earlier is kept where no endpoint is part of it."""
    world = work / arm
    note = world / "ground.json"
    if url or not note.is_file():
        shutil.rmtree(world, ignore_errors=True)
        spiral.written(world, arm, url)
        note.write_text(json.dumps({"cpu": _undisturbed(world, arm)}))
    run = world / "whole" / "run"
    size = sum(p.stat().st_size for p in run.rglob("*") if p.is_file())
    return Ground(world, arm, state.read(run), json.loads(note.read_text())["cpu"], size)


def _undisturbed(world: Path, arm: Arm) -> float:
    """Make it twice; CPU seconds of the first."""
    (world / "shots").mkdir()
    (world / "whole").mkdir()
    (world / "again").mkdir()
    whole = Place(world / "whole", arm)
    cpu = _spent(whole, whole.start())
    again = Place(world / "again", arm, extra={SHOTS: str(world / "shots")})
    again.finish()
    for shot in (world / "shots").iterdir():
        _close(shot / "ledger.sqlite")
    if found := state.differing(state.read(whole.run), state.read(again.run)):
        raise StageError(
            f"The undisturbed runs in {world}",
            f"{len(found)} items differ between them ({found[0]})",
            "Look into both folders: nothing can be told by them",
        )
    return cpu


def _spent(place: Place, child: Child) -> float:
    """CPU seconds from the beginning of the folder to the end."""
    if not reach(child, place, 0.0):
        raise StageError(
            f"The run in {place.folder}", place.ended(child).sentence, "Correct it and start again"
        )
    begun = cpu_of(child.pid)
    end = reap(child, 0.0)
    if child.returncode:
        raise StageError(
            f"The run in {place.folder}", f"it ended with {child.returncode}", "See its log.txt"
        )
    return end.cpu - begun


def _close(ledger: Path) -> None:
    """As a process leaves it that ends in order: all of it in one file."""
    if ledger.is_file():
        with closing(sqlite3.connect(ledger)) as db:
            db.execute("pragma wal_checkpoint(truncate)")
