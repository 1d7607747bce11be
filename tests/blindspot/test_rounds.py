"""What a run's folder keeps: the config that made what stands in it, and nothing that came of what
was made again.
"""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from blindspot.core.artifact import published
from blindspot.core.errors import DataError, StageError
from blindspot.core.run_folder import RunFolder
from blindspot.locking import locked
from blindspot.rounds import Rounds, begin, resume
from blindspot.settings import load


def kept(run: Path) -> Rounds:
    """The run as its own config describes it."""
    return resume(run)


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        ("evaluate", "evaluation.limit=10"),
        ("run", "diagnosis.budget=50"),
        ("diagnose", "diagnosis.budget=50"),
    ],
)
def test_a_refused_command_changes_no_config(
    blindspot, config: Path, tmp_path: Path, command: str, setting: str
) -> None:
    run = tmp_path / "run"
    assert blindspot("evaluate", config, "--out", run)[0] == 0
    assert blindspot("diagnose", run)[0] == 0
    before = (run / "config.toml").read_text()
    given = (run,) if command == "diagnose" else (config, "--out", run)
    assert blindspot(command, *given, "--set", setting)[0] == 2
    assert (run / "config.toml").read_text() == before


def test_what_made_something_is_kept(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    blindspot("evaluate", config, "--out", run)
    fewer = ("--set", "evaluation.limit=60")
    assert blindspot("evaluate", config, "--out", run, *fewer, "--redo", "evaluation")[0] == 0
    assert kept(run).config.evaluation.limit == 60
    assert blindspot("evaluate", config, "--out", run, *fewer, "--regrade")[0] == 0
    assert kept(run).config.evaluation.limit == 60
    operational = ("--set", "model.batch_size=3")
    assert blindspot("evaluate", config, "--out", run, *fewer, *operational)[0] == 0
    assert kept(run).config.model.batch_size == 3


def test_a_first_evaluation_that_failed_is_taken_up_with_the_config_of_now(
    blindspot, config: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    (tmp_path / "b.parquet").rename(tmp_path / "elsewhere")
    assert blindspot("evaluate", config, "--out", run)[0] == 2
    fewer = ("--set", "evaluation.limit=60")
    assert blindspot("evaluate", config, "--out", run, *fewer)[0] == 2
    (tmp_path / "elsewhere").rename(tmp_path / "b.parquet")
    code, _, err = blindspot("evaluate", "--out", run)
    assert code == 0, err
    assert kept(run).config.evaluation.limit == 60


def test_an_evaluation_that_was_begun_with_another_config_is_refused(
    blindspot, config: Path, tmp_path: Path
) -> None:
    run, rows = tmp_path / "run", pq.read_table(tmp_path / "b.parquet")
    pq.write_table(rows.slice(0, 0), tmp_path / "b.parquet")
    assert blindspot("evaluate", config, "--out", run)[0] == 2
    assert (run / "round-0" / "evaluation.tmp").exists()
    assert blindspot("evaluate", config, "--out", run, "--set", "evaluation.limit=60")[0] == 2
    assert kept(run).config.evaluation.limit is None


def test_who_finds_another_at_work_changes_no_config(config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    begin(load(config), run)
    before = (run / "config.toml").read_text()
    with locked(run):
        other = begin(load(config, ("evaluation.limit=10",)), run)
        with pytest.raises(StageError, match="another blindspot"), locked(run):
            other.run()
    assert (run / "config.toml").read_text() == before


def test_grading_again_takes_what_the_monitors_said(
    blindspot, config: Path, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run").round(0)
    blindspot("evaluate", config, "--out", tmp_path / "run")
    folder.monitors.write_text("what they said of it")
    assert blindspot("evaluate", config, "--out", tmp_path / "run")[0] == 0
    assert folder.monitors.exists(), "nothing was made again"
    assert blindspot("evaluate", "--out", tmp_path / "run", "--regrade")[0] == 0
    assert published(folder.evaluation)
    assert not folder.monitors.exists()


def test_a_round_without_a_verdict_names_who_makes_one(config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    work = begin(load(config), run)
    assert work.model(0) == work.config.model
    with pytest.raises(DataError, match=rf"Round 0 .*blindspot run {run}/config.toml --out {run}"):
        work.model(1)
