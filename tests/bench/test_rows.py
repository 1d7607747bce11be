"""A figure's verdict, the file of the rows, and the commit that they were measured at."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import rows
from bench.rows import Row


@pytest.mark.parametrize(
    ("value", "interval", "precision", "met"),
    [
        (0.65, (0.6, 0.7), 0.2, True),
        (0.5, (0.45, 0.55), 0.2, True),
        (0.49, (0.45, 0.55), 0.2, None),
        (0.55, (0.1, 0.9), 0.2, None),
        (0.3, (0.1, 0.4), 0.2, False),
    ],
)
def test_verdict(value: float, interval: rows.Interval, precision: float, met: bool | None):
    assert rows.verdict((value, interval), 0.5, precision=precision) is met
    turned = (-value, (-interval[1], -interval[0]))
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


def git(folder: Path, *arguments: str) -> str:
    """Git without this machine's settings."""
    line = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    nobodys = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(line, cwd=folder, env=nobodys, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A committed checkout with one module and one result."""
    results = tmp_path / "bench" / "results"
    results.mkdir(parents=True)
    (tmp_path / "module.py").write_text("1")
    (results / "a.json").write_text("1")
    for line in ("init --quiet", "add .", "commit --quiet -m first"):
        git(tmp_path, *line.split())
    monkeypatch.setattr(rows, "_HERE", tmp_path / "bench")
    rows.commit.cache_clear()
    yield tmp_path
    rows.commit.cache_clear()


def test_results_are_no_change_of_what_is_measured(checkout: Path):
    head = git(checkout, "rev-parse", "--short", "HEAD")
    (checkout / "bench" / "results" / "a.json").write_text("2")
    (checkout / "bench" / "results" / "b.json").write_text("new")
    assert rows.commit() == head


@pytest.mark.parametrize("name", ["module.py", "new.py", "bench/front.py", "bench/results.py"])
def test_every_other_change_is_told(checkout: Path, name: str):
    (checkout / name).write_text("2")
    assert rows.commit() == git(checkout, "rev-parse", "--short", "HEAD") + "+"


def test_a_commit_is_that_of_the_first_time_it_was_asked_for(checkout: Path):
    first = rows.commit()
    (checkout / "module.py").write_text("2")
    assert rows.commit() == first


def test_outside_of_a_checkout_there_is_none(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_DIR", str(checkout / "nowhere"))
    assert rows.commit() is None
