"""The front: a table of what was measured, and the name of what cannot be; rows, as all benches
share them.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bench import rows, training
from bench.extent import Extent
from bench.front import markdown, measuring
from bench.rows import Row
from bench.training import MODULES, main


def measured_rows(extent: Extent) -> list[Row]:
    return [Row("T2", f"full: {extent.full} |x|", 0.125, (0.1, 0.2), "> 0", "", True)]


@pytest.fixture
def measured(monkeypatch, tmp_path):
    module = ModuleType("bench.tuning.rounds")
    module.measure = measured_rows  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.tuning.rounds", module)
    monkeypatch.setattr(training, "BUILD", tmp_path / "build")
    monkeypatch.setattr(training, "RESULTS", tmp_path / "results")
    return tmp_path


def test_every_measure_of_the_design_has_a_module():
    assert list(MODULES) == [f"T{i}" for i in range(1, 11)]


def test_full_writes_a_file_for_each_measure_and_the_table(measured):
    main(["--full", "--only", "T2"])
    kept = json.loads((measured / "results" / "training-T2.json").read_text())
    assert kept["rows"][0]["value"] == 0.125
    table = (measured / "results" / "training.md").read_text()
    assert table == markdown("training", list(MODULES), measured / "results")
    assert "| T2 | full: True ∣x∣ | 0.125 (0.1 … 0.2) | > 0 |  | yes |" in table


def test_full_goes_on_in_the_folder_of_its_code_and_smoke_begins_anew(measured):
    main(["--full", "--only", "T2"])
    (folder,) = (measured / "build").iterdir()
    (folder / "kept").write_text("")
    main(["--full", "--only", "T2"])
    assert (folder / "kept").is_file()
    main(["--smoke", "--only", "T2"])
    (measured / "build" / "smoke" / "kept").write_text("")
    main(["--smoke", "--only", "T2"])
    assert not (measured / "build" / "smoke" / "kept").exists()


def test_other_code_has_another_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "_ROOT", tmp_path)
    (tmp_path / "a.py").write_text("1")
    before = training._digest([tmp_path / "a.py"])
    assert training._digest([tmp_path / "a.py"]) == before
    (tmp_path / "a.py").write_text("2")
    assert training._digest([tmp_path / "a.py"]) != before


def test_smoke_judges_nothing_and_keeps_nothing(measured, capsys):
    main(["--smoke", "--only", "T2", "--json", str(measured / "rows.json")])
    kept = json.loads((measured / "rows.json").read_text())
    assert kept["rows"][0]["met"] is None
    assert not (measured / "results").exists()
    assert "Too small to judge by" in capsys.readouterr().out


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(SystemExit, match=r"bench\.tuning\.nowhere cannot be used"):
        measuring("bench.tuning", "nowhere")


@pytest.mark.parametrize(
    ("interval", "precision", "met"),
    [
        ((0.6, 0.7), 0.2, True),
        ((0.45, 0.55), 0.2, True),
        ((0.1, 0.9), 0.2, None),
        ((0.1, 0.4), 0.2, False),
    ],
)
def test_verdict(interval: tuple[float, float], precision: float, met: bool | None):
    assert rows.verdict(interval, 0.5, precision=precision) is met
    turned = (-interval[1], -interval[0])
    assert rows.verdict(turned, -0.5, precision=precision, higher_is_better=False) is met


def test_rows_are_written_with_their_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    row = Row("T1", "a figure", 1.5, (1.0, 2.0), target="> 0", met=True)
    file = tmp_path / "new" / "rows.json"
    rows.publish("training", [row], file, seeds=3)
    written = json.loads(file.read_text())
    assert set(written) == {"commit", "seeds", "rows"}
    assert set(written["rows"][0]) == {
        "id", "measure", "value", "interval", "target", "to_beat", "met",
    }  # fmt: skip
    assert "a figure" in capsys.readouterr().out
