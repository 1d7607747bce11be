"""A real training set of a few slots, killed half-way, and a bare client beside it."""

import sys
from pathlib import Path

import pytest

from bench.extent import Extent
from bench.generating.runs import Run, Task
from bench.loading import generated
from bench.processes import Child, start
from bench.stub.script import Script
from bench.stub.server import stub
from blindspot.core.errors import StageError


class Planted(Run):
    """A run whose process does nothing, and ends as it is told."""

    status = 0

    def start(self) -> Child:
        return start([sys.executable, "-c", f"raise SystemExit({self.status})"], self.folder)


class Failing(Planted):
    status = 3

    def finish(self, child: Child, seconds: float = 600) -> None:
        assert child.wait(seconds) == self.status
        raise StageError("The run", "it failed", "Correct it")


def test_a_set_is_killed_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generated, "SMOKE_SIZES", (6,))
    (made,) = generated.generations(Extent(False, tmp_path))
    assert made.slots == 6
    assert made.candidates >= 6
    assert 0 < made.first <= made.finished
    assert made.again <= generated.CONCURRENCY
    assert min(made.rate, made.slots_rate, *made.bare, made.cpu) > 0
    assert made.memory > 10_000_000
    assert min(made.sizes[kind] for kind in ("ledger", "parquet", "images")) > 0
    assert generated.generations(Extent(False, tmp_path)) == [made], "measured once"


@pytest.mark.parametrize(
    ("kind", "why"), [(Planted, "ended before the kill"), (Failing, "it failed")]
)
def test_a_set_that_ends_before_the_kill_cannot_be_resumed(
    tmp_path: Path, kind: type[Planted], why: str
):
    with stub(Script()) as server:
        run = kind(tmp_path, Task(url=server.url, slots=1, concurrency=1))
        with pytest.raises(StageError, match=why):
            generated._until_killed(run, server, 10)
