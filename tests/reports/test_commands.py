"""The commands that write pages: which settings they follow, and how often they write what."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blindspot.cli import app
from blindspot.core.run_folder import RunFolder
from reports import stage


@pytest.fixture
def configured(make_run: Callable[..., RunFolder]) -> RunFolder:
    """A run whose pages show at most three examples."""
    folder = make_run()
    text = 'name = "tiny"\n[model]\ncheckpoint = "m"\n[evaluation]\nsuite = "eleven"\n'
    folder.config.write_text(f"{text}[report]\nmax_examples = 3\n")
    return folder


def test_the_index_is_written_once_and_last(configured: RunFolder, monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []
    for name in ("run", "run_index"):
        real = getattr(stage, name)
        monkeypatch.setattr(
            stage, name, lambda *a, n=name, real=real: (written.append(n), real(*a))[1]
        )
    result = CliRunner().invoke(app, ["report", str(configured.root), "--images", "linked"])
    assert result.exit_code == 0, result.output
    assert written == ["run", "run", "run_index"]
    assert (configured.round(1).path / "report-images").is_dir()


def test_a_comparison_follows_the_settings_of_the_run_of_b(configured: RunFolder, tmp_path: Path):
    ends = [str(configured.round(n).path) for n in range(2)]
    out = tmp_path / "compare.html"
    result = CliRunner().invoke(app, ["compare", *ends, "--html", str(out), "--flips", "0"])
    assert result.exit_code == 0, result.output
    parts = json.loads(out.with_suffix(".json").read_text())["sections"]
    flips = next(p["numbers"] for p in parts if p["name"] == "compare_flips")
    assert len(flips["shown_won"]) == 3 < len(flips["won"])
