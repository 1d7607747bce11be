"""Which measures there are, and that the figures by size stand below the rows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import load
from bench.extent import Extent
from bench.harness_arms import ArmError
from bench.rows import Row

BENCH = Path(load.__file__).parent / "loading"
NAME = "bench.loading.weighing"


def test_every_measure_has_a_module():
    assert list(load.MODULES) == [f"L{i}" for i in range(1, 7)]
    assert all((BENCH / f"{name}.py").is_file() for name in load.MODULES.values())


def test_full_keeps_the_rows_and_the_figures_by_size(stand_in: Callable[..., Path]):
    def rows(extent: Extent) -> list[Row]:
        return [Row("L3", "bytes", 4.0, target="≤ 5", met=extent.full)]

    results = stand_in(load, NAME, rows) / "results"
    results.mkdir()
    growth = {"evaluation": {"1000": {"ledger, MB": 0.5}}, "generation": {}}
    (results / "load-growth.json").write_text(json.dumps(growth))
    for _ in range(2):
        load.main(["--full", "--only", "L3"])
        shown = (results / "load.md").read_text()
        assert shown.count("| L3 | bytes | 4 |") == 1
        assert shown.count("| ledger, MB | 0.5 |") == 1


def test_without_figures_by_size_there_is_no_table(stand_in: Callable[..., Path]):
    results = stand_in(load, NAME, lambda extent: [Row("L3", "bytes")]) / "results"
    load.main(["--full", "--only", "L3"])
    assert "growth" not in (results / "load.md").read_text()


def test_a_command_that_fails_is_told_in_a_sentence(stand_in: Callable[..., Path]):
    def failing(extent: Extent) -> list[Row]:
        raise ArmError("blindspot evaluate ended with 1")

    stand_in(load, NAME, failing)
    with pytest.raises(SystemExit, match="ended with 1"):
        load.main(["--smoke", "--only", "L3"])
