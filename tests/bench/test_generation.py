"""The front: a table of what was measured, and the name of what cannot be."""

import json
import sys
from types import ModuleType

import pytest

from bench import generation
from bench.extent import Extent
from bench.front import markdown, measuring
from bench.generation import MODULES, main
from bench.rows import Row


def rows(extent: Extent) -> list[Row]:
    return [Row("G5", f"full: {extent.full} |x|", 0.125, (0.1, 0.2), "0", "floor .3", True)]


@pytest.fixture
def measured(monkeypatch, tmp_path):
    module = ModuleType("bench.generating.quotas")
    module.measure = rows  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.generating.quotas", module)
    monkeypatch.setattr(generation, "BUILD", tmp_path / "build")
    monkeypatch.setattr(generation, "RESULTS", tmp_path / "results")
    return tmp_path


def test_every_measure_of_the_design_has_a_module():
    assert list(MODULES) == [f"G{i}" for i in range(1, 11)]


def test_full_writes_a_file_for_each_measure_and_the_table(measured):
    main(["--full", "--only", "G5"])
    kept = json.loads((measured / "results" / "generation-G5.json").read_text())
    assert kept["rows"][0]["value"] == 0.125
    table = (measured / "results" / "generation.md").read_text()
    assert table == markdown("generation", list(MODULES), measured / "results")
    assert "| G5 | full: True ∣x∣ | 0.125 (0.1 … 0.2) | 0 | floor .3 | yes |" in table


def test_smoke_judges_nothing_and_keeps_nothing(measured, capsys):
    main(["--smoke", "--only", "G5", "--json", str(measured / "rows.json")])
    kept = json.loads((measured / "rows.json").read_text())
    assert kept["rows"][0]["met"] is None
    assert not (measured / "results").exists()
    assert "Too small to judge by" in capsys.readouterr().out


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(SystemExit, match=r"bench\.generating\.nowhere cannot be used"):
        measuring("bench.generating", "nowhere")
