"""What `--full` leaves behind: rows, figures by size, a plot."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import load
from bench.extent import Extent
from bench.loading.evaluated import Evaluated
from bench.loading.generated import Generated
from bench.rows import Row


def test_all_of_it(
    stand_in: Callable[..., Path],
    tmp_path: Path,
    evaluated: Callable[..., Evaluated],
    generated: Callable[..., Generated],
    monkeypatch: pytest.MonkeyPatch,
):
    for name, module in load.MODULES.items():
        rows = [Row(name, "a figure", 1.0)]
        stand_in(load, f"bench.loading.{module}", lambda extent, rows=rows: rows)
    monkeypatch.setattr(load, "evaluations", lambda extent: [evaluated(1_000)])
    monkeypatch.setattr(load, "generations", lambda extent: [generated(20)])
    load.main(["--full"])
    results = tmp_path / "results"
    assert list(json.loads((results / "load-growth.json").read_text())["evaluation"]) == ["1000"]
    assert (results / "load.svg").read_text().count("<svg") == 1
    shown = (results / "load.md").read_text()
    assert all(f"| {name} | a figure | 1 |" in shown for name in load.MODULES)
    assert "| evaluation, samples | 1,000 |" in shown
    assert "| generation, slots | 20 |" in shown


def test_what_was_not_measured_now_keeps_its_figures(
    stand_in: Callable[..., Path],
    evaluated: Callable[..., Evaluated],
    monkeypatch: pytest.MonkeyPatch,
):
    def rows(extent: Extent) -> list[Row]:
        return [Row("L3", "bytes", 4.0, target="≤ 5", met=extent.full)]

    monkeypatch.setattr(load, "evaluations", lambda extent: [evaluated(1_000)])
    results = stand_in(load, "bench.loading.weighing", rows) / "results"
    results.mkdir()
    growth = {"evaluation": {"7": {"calls/s": 0.5}}, "generation": {"20": {"calls/s": 0.25}}}
    (results / "load-growth.json").write_text(json.dumps(growth))
    for _ in range(2):
        load.main(["--full", "--only", "L3"])
        shown = (results / "load.md").read_text()
        assert shown.count("| L3 | bytes | 4 |") == 1
        assert shown.count("| evaluation, samples | 1,000 |") == 1
        assert shown.count("| calls/s | 0.25 |") == 1
