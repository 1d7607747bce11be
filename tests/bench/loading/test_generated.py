"""Real training sets of a few slots, killed half-way, and a bare client beside them."""

from pathlib import Path

import pytest

from bench.extent import Extent
from bench.loading import generated
from bench.stub.script import Script
from bench.stub.server import stub
from blindspot.core.errors import StageError


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


def test_a_set_that_ends_before_the_kill_cannot_be_resumed(tmp_path: Path):
    with stub(Script()) as server:
        run = generated._prepared(Extent(False, tmp_path), server, 1)
        with pytest.raises(StageError, match="ended before the kill"):
            generated._until_killed(run, server, 10**6)
