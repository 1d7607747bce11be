"""The front: what is kept, and the table of it."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench import harness, rows
from bench.harness_figures import (
    Estimate,
    Finding,
)


def test_the_table_is_made_of_all_results_with_their_commits(tmp_path: Path):
    finding = Finding("H1", "share", "≥ 0.9", {"blindspot": Estimate(0.95, (0.9, 1.0))}, True)
    for name, at in (("H1", "abc1"), ("H2", None)):
        raw = {"commit": at, "notes": ["a note"], "findings": [asdict(replace(finding, id=name))]}
        (tmp_path / f"harness-{name}.json").write_text(json.dumps(raw))
    text = harness.markdown(tmp_path)
    assert "| H1 | share | – | 0.95 (0.9 … 1) | – | – | ≥ 0.9 | yes | abc1 |" in text
    assert "| H2 |" in text
    assert "| yes | – |" in text
    assert text.count("- a note") == 1


def test_a_full_measure_is_kept_for_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    monkeypatch.setattr(harness, "BUILD", tmp_path / "build")
    finding = Finding("H3", "lost", "0", {"blindspot": Estimate(0.0)}, True)
    monkeypatch.setitem(harness.MEASURES, "H3", lambda bench: [finding])
    harness.main(["--full", "--only", "H3", "--json", str(tmp_path / "rows.json")])
    kept = json.loads((tmp_path / "harness-H3.json").read_text())
    assert kept["rows"][0]["met"] is True
    assert kept["commit"] == rows.commit()
    assert "| H3 | lost |" in (tmp_path / "harness.md").read_text()
    harness.main(["--only", "H3", "--json", str(tmp_path / "rows.json")])
    assert json.loads((tmp_path / "rows.json").read_text())["rows"][0]["met"] is None


@pytest.mark.parametrize("at", ["abc1", "abc1+", None])
def test_trials_of_uncommitted_code_are_measured_anew_and_pictures_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str | None
):
    monkeypatch.setattr(harness, "BUILD", tmp_path)
    monkeypatch.setattr(harness, "commit", lambda: at)
    work = harness._work(full=True)
    (work / "trials").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    assert harness._work(full=True) == work
    assert work.exists() == (at == "abc1")
    assert (tmp_path / "data").exists()
