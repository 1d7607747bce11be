"""The front: a table of what was measured, and a sentence for what cannot be."""

import json
import sys
from types import ModuleType

import pytest

from bench import reports
from bench.extent import Extent
from bench.reports import MODULES, main
from bench.rows import Row
from blindspot.core.errors import ConfigError


def rows(extent: Extent) -> list[Row]:
    return [Row("R3", f"full: {extent.full}", 0.0, None, "0", "–", True)]


def refused(extent: Extent) -> list[Row]:
    raise ConfigError("Chromium", "it is not installed", "Install it")


@pytest.fixture
def measured(monkeypatch, tmp_path):
    def use(measure) -> None:
        module = ModuleType("bench.reporting.findings")
        module.measure = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "bench.reporting.findings", module)

    monkeypatch.setattr(reports, "BUILD", tmp_path / "build")
    monkeypatch.setattr(reports, "RESULTS", tmp_path / "results")
    return use


def test_every_measure_of_the_design_has_a_module():
    assert list(MODULES) == [f"R{i}" for i in range(1, 6)]


def test_full_keeps_what_it_measured(measured, tmp_path):
    measured(rows)
    main(["--full", "--only", "R3"])
    kept = json.loads((tmp_path / "results" / "reports-R3.json").read_text())
    assert kept["rows"][0]["measure"] == "full: True"
    assert kept["rows"][0]["met"] is True


def test_smoke_judges_nothing_and_keeps_nothing(measured, tmp_path, capsys):
    measured(rows)
    main(["--smoke", "--only", "R3", "--json", str(tmp_path / "rows.json")])
    assert json.loads((tmp_path / "rows.json").read_text())["rows"][0]["met"] is None
    assert not (tmp_path / "results").exists()
    assert "Too small to judge by" in capsys.readouterr().out


def test_without_a_browser_it_says_what_to_do(measured):
    measured(refused)
    with pytest.raises(SystemExit, match=r"Chromium: it is not installed\. Install it"):
        main(["--smoke", "--only", "R3"])
