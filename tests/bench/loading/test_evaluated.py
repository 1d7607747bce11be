"""A real evaluation of a few samples: run, run again, diagnosed, reported; killed, gone on with."""

from pathlib import Path

import pytest

from bench.extent import Extent
from bench.loading import evaluated


def test_one_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evaluated, "SMOKE_SIZES", (200,))
    monkeypatch.setattr(evaluated, "_BARE_SMOKE", 50)
    extent = Extent(False, tmp_path / "smoke")
    (found,) = evaluated.evaluations(extent)
    assert found.samples == 200
    assert found.after
    assert found.after["finished"]["calls"] == 0
    assert min(found.whole[k] for k in ("rate", "cpu", "memory", "ledger", "parquet", "images")) > 0
    assert min(taken["memory"] for taken in found.after.values()) > 10_000_000
    assert found.killed
    assert found.killed["lost"] == 0
    assert 0 < found.killed["first"] < found.killed["wall"]
    assert evaluated.evaluations(extent) == [found], "measured once"
