"""Which measures there are, and the folder that a full run goes on in."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import training
from bench.extent import Extent
from bench.rows import Row

BENCH = Path(training.__file__).parent / "tuning"


def test_every_measure_of_the_design_has_a_module():
    assert list(training.MODULES) == [f"T{i}" for i in range(1, 11)]
    assert all((BENCH / f"{name}.py").is_file() for name in training.MODULES.values())


def test_full_goes_on_in_the_folder_of_its_code(
    stand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    def rows(extent: Extent) -> list[Row]:
        trial = extent.work / "trial"
        found = trial.is_file()
        trial.write_text("")
        return [Row("T2", f"went on: {found}")]

    folder = stand_in(training, "bench.tuning.rounds", rows)
    monkeypatch.setattr("bench.front.commit", lambda: "abc1+")
    for digest, went_on in (("one", False), ("one", True), ("other", False), ("one", True)):
        monkeypatch.setattr(training, "_digest", lambda _, digest=digest: digest)
        training.main(["--full", "--only", "T2"])
        (row,) = json.loads((folder / "results" / "training-T2.json").read_text())["rows"]
        assert row["measure"] == f"went on: {went_on}"


def _imported(module: str) -> set[str]:
    """The modules of `bench.tuning` that one of them uses, itself and theirs included."""
    found, open_ = set(), [module]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            tree = ast.parse((BENCH / f"{name}.py").read_text())
            for node in (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)):
                if node.module == "bench.tuning":
                    open_ += [alias.name for alias in node.names]
                elif (node.module or "").startswith("bench.tuning."):
                    open_.append(str(node.module).removeprefix("bench.tuning."))
    return found


@pytest.mark.parametrize("name", training.MODULES)
def test_whatever_makes_a_trial_names_its_folder(name: str):
    """What is used and does not count names arms, judges trials, or keeps two processes apart."""
    judging = {"gain", "curve", "ablations", "contrasts", "report", "floors", "sharing"}
    judging |= {"error_driven_rows"}
    counted = set(training.TRIALS[name])
    assert _imported(training.MODULES[name]) - judging <= counted
    assert not counted & judging


def test_a_measure_keeps_its_trials_when_another_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for file in (
        *("training/stage.py", "bench/tuning/verifiers.py", "bench/tuning/error_driven.py"),
        *("examples/error-driven/teacher/seeing.py", "examples/error-driven/README.md"),
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("1")
    monkeypatch.setattr(training, "_ROOT", tmp_path)
    monkeypatch.setattr(training, "TRIALS", {"T7": ("error_driven",), "T10": ("verifiers",)})

    def changed_by(file: str) -> set[str]:
        before = {n: training._digest(training._sources(n)) for n in training.TRIALS}
        (tmp_path / file).write_text("2")
        return {n for n, at in before.items() if training._digest(training._sources(n)) != at}

    assert changed_by("bench/tuning/verifiers.py") == {"T10"}
    assert changed_by("bench/tuning/error_driven.py") == {"T7"}
    assert changed_by("examples/error-driven/teacher/seeing.py") == {"T7"}
    assert changed_by("training/stage.py") == {"T7", "T10"}
    assert changed_by("examples/error-driven/README.md") == set()


def test_measures_that_read_each_others_trials_have_one_folder():
    assert len({tuple(training._sources(name)) for name in ("T1", "T3", "T9")}) == 1


def test_other_code_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "_ROOT", tmp_path)
    (tmp_path / "a.py").write_text("1")
    before = training._digest([tmp_path / "a.py"])
    assert training._digest([tmp_path / "a.py"]) == before
    (tmp_path / "a.py").write_text("2")
    assert training._digest([tmp_path / "a.py"]) != before
