"""One extent of `bench.harness`, and its trials: each is run once, its outcome kept as JSON, so
that a stopped `--full` continues.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench import harness_data
from bench.endpoint import Script
from bench.harness_arms import ARMS, LMMS_EVAL, Arm, Place, Run, Server, command, watch
from bench.harness_data import Data, Kind
from blindspot.core.artifact import write_text
from blindspot.core.progress import say


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    concurrency: int
    """Of every arm."""
    tiny: Kind
    """H1, H3, H6, H7."""
    photos: Kind
    """H2."""
    failing: Kind
    """H4."""
    many: Kind
    """H6: memory."""
    repetitions: int
    """Of the bare client and blindspot."""
    slow_repetitions: int
    """Of lmms-eval, where a run takes minutes."""
    kills: int
    """Of blindspot."""
    slow_kills: int
    """Of lmms-eval."""


FULL: Final = Extent(
    concurrency=64,
    tiny=Kind("tiny", 1000, 1000),
    photos=Kind("photo", 300, 300),
    failing=Kind("tiny", 1000, 1000),
    many=Kind("tiny", 100_000, 300),
    repetitions=7,
    slow_repetitions=2,
    kills=6,
    slow_kills=2,
)
SMOKE: Final = Extent(
    concurrency=8,
    tiny=Kind("tiny", 160, 160),
    photos=Kind("photo", 24, 24),
    failing=Kind("tiny", 50, 50),
    many=Kind("tiny", 2000, 300),
    repetitions=1,
    slow_repetitions=1,
    kills=1,
    slow_kills=1,
)


@dataclass(frozen=True)
class Bench:
    """What a measure needs."""

    server: Server
    extent: Extent
    work: Path
    """Trials, and what they leave behind while they run."""
    pictures: Path
    """Data sets; the same for all extents and commits."""

    def data(self, kind: Kind) -> Data:
        """A data set."""
        return harness_data.make(self.pictures, kind)

    def place(self, name: str, kind: Kind) -> Place:
        """An empty folder to run an arm in."""
        folder = (self.work / "places" / name).resolve()
        shutil.rmtree(folder, ignore_errors=True)
        return Place(folder, self.data(kind), self.extent.concurrency)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returned, now or in an earlier run of the bench: plain JSON."""
        file = self.work / "trials" / f"{name}.json"
        if not file.is_file():
            say(name)
            made = make()
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, json.dumps(made))
            shutil.rmtree(self.work / "places", ignore_errors=True)
        return json.loads(file.read_text())

    def run(self, name: str, arm: Arm, kind: Kind) -> Run:
        """An undisturbed run of an arm."""

        def make() -> dict[str, Any]:
            place = self.place(name, kind)
            self.server.begin(Script())
            line = command(arm, place, self.server.url)
            return asdict(watch(self.server, line, place, kind.samples))

        return Run(**self.once(name, make))

    def race(self, name: str, kind: Kind, arms: Sequence[Arm] = ARMS) -> dict[Arm, list[Run]]:
        """The arms' runs by repetition, in turns, each repetition beginning with another arm."""
        runs: dict[Arm, list[Run]] = {arm: [] for arm in arms}
        for repetition, arm in self._turns(arms):
            runs[arm].append(self.run(f"{name}-{repetition}-{arm}", arm, kind))
        return runs

    def times(self, arm: Arm) -> int:
        """Repetitions of an arm."""
        slow = arm in LMMS_EVAL
        return self.extent.slow_repetitions if slow else self.extent.repetitions

    def _turns(self, arms: Sequence[Arm]) -> Iterator[tuple[int, Arm]]:
        for repetition in range(self.extent.repetitions):
            first = repetition % len(arms)
            for arm in (*arms[first:], *arms[:first]):
                if repetition < self.times(arm):
                    yield repetition, arm
