"""The command line as a user meets it: results, exit codes, and a sentence for every mistake."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def write_rows(folder: Path, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), folder / "b.parquet")


def test_evaluate_diagnose_report(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    code, out, _ = blindspot("evaluate", config, "--out", run)
    assert code == 0
    assert "accuracy" in out
    assert "50.0 [" in out
    code, out, _ = blindspot("diagnose", run)
    assert code == 0
    assert "shape on geometric images" in out
    code, out, _ = blindspot("report", run)
    assert (code, (run / "index.html").is_file()) == (0, True)
    assert str(run / "round-0" / "report.html") in out


def test_json_on_stdout(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    _, out, _ = blindspot("evaluate", config, "--out", run, "--json")
    assert json.loads(out)["rounds"][0]["metrics"]["coverage"] == 1
    _, out, _ = blindspot("diagnose", run, "--json")
    assert [w["capability"] for w in json.loads(out)["weaknesses"]] == ["shape"]


def test_the_command_line_begins_without_what_only_its_work_needs() -> None:
    """`--help` takes a tenth of a second because nothing of this is imported before a command."""
    program = "import sys, blindspot.cli; print(*{m.partition('.')[0] for m in sys.modules})"
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"PIL", "numpy", "openai", "pandas", "plotly", "pyarrow", "pydantic", "torch", "trl"}
    assert not heavy & set(out.stdout.split())


def test_validate_and_list(blindspot, config: Path) -> None:
    code, out, _ = blindspot("validate", config)
    assert code == 0
    assert "ok  benchmark b: 120 samples" in out
    code, out, _ = blindspot("list", "backends")
    assert "replay" in out
    assert blindspot("list", "backend")[0] == 2
    assert "Did you mean 'backends'?" in blindspot("list", "backend")[2]


def test_other_settings_on_the_same_folder(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    blindspot("evaluate", config, "--out", run)
    code, _, err = blindspot("evaluate", config, "--out", run, "--set", "evaluation.limit=10")
    assert code == 2
    assert "limit was null, now 10" in err
    assert "--redo evaluation" in err
    again = ("--set", "evaluation.limit=10", "--redo", "evaluation")
    assert blindspot("evaluate", config, "--out", run, *again)[0] == 0
    assert (
        blindspot("evaluate", config, "--out", run, "--set", "evaluation.min_coverage=.5")[0] == 2
    )


def test_another_model_on_the_same_folder(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    blindspot("evaluate", config, "--out", run)
    (tmp_path / "answers.jsonl").write_text('{"prompt": "*", "text": "red"}')
    code, _, err = blindspot("evaluate", config, "--out", run)
    assert code == 2
    assert "the model: not what it read" in err


def test_redoing_takes_what_came_of_it(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    blindspot("evaluate", config, "--out", run)
    blindspot("diagnose", run)
    (run / "round-0" / "monitors.json").write_text("what they said of it")
    assert blindspot("evaluate", config, "--out", run, "--redo", "evaluation")[0] == 0
    assert not (run / "round-0" / "diagnosis").exists()
    assert not (run / "round-0" / "monitors.json").exists()
    assert blindspot("evaluate", config, "--out", run, "--redo", "evaluations")[0] == 2


@pytest.mark.parametrize(
    ("setting", "code", "sentence"),
    [
        ("modle.backend=x", 2, "Did you mean 'model'?"),
        ("model.backend=vllm", 2, "it is not one of models"),
        ("model.checkpoint=nowhere.jsonl", 2, "there is no such file"),
        ("evaluation.limit=0", 2, "'evaluation.limit'"),
        ("training.optimiser=ppo", 2, "it is not one of optimisers"),
    ],
)
def test_mistakes_in_the_config(
    blindspot, config: Path, setting: str, code: int, sentence: str
) -> None:
    found, _, err = blindspot("validate", config, "--set", setting)
    assert found == code
    assert sentence in err


def test_a_missing_checkpoint(blindspot, config: Path) -> None:
    sets = ("--set", "model.backend=transformers_local", "--set", "model.checkpoint=./none")
    code, _, err = blindspot("validate", config, *sets)
    assert (code, "there is no such folder" in err) == (2, True)


def test_a_folder_that_is_no_checkpoint(blindspot, config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    sets = ("--set", "model.backend=transformers_local", "--set", "model.checkpoint=empty")
    code, _, err = blindspot("validate", config, *sets)
    assert (code, "has no config.json" in err) == (2, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"options": ["blue", "green"]}, "is not among the options"),
        ({"id": "s1"}, "stands twice"),
        ({"target": ""}, "has no 'target'"),
    ],
)
def test_mistakes_in_the_benchmark(
    blindspot, config: Path, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    rows = pq.read_table(tmp_path / "b.parquet").to_pylist()
    write_rows(tmp_path, [row | {"options": []} for row in rows[:-1]] + [rows[-1] | change])
    code, _, err = blindspot("evaluate", config, "--out", tmp_path / "run")
    assert (code, sentence in err) == (2, True)


def test_an_empty_benchmark(blindspot, config: Path, tmp_path: Path) -> None:
    table = pq.read_table(tmp_path / "b.parquet").slice(0, 0)
    pq.write_table(table, tmp_path / "b.parquet")
    code, _, err = blindspot("evaluate", config, "--out", tmp_path / "run")
    assert (code, "has no rows" in err) == (2, True)


def test_an_endpoint_that_is_down(blindspot, config: Path, tmp_path: Path) -> None:
    sets = [
        "model.backend=openai_api",
        'model.base_urls=["http://127.0.0.1:9/v1"]',
        "model.model=m",
        "model.max_attempts=1",
    ]
    flags = [part for setting in sets for part in ("--set", setting)]
    code, _, err = blindspot("evaluate", config, "--out", tmp_path / "run", *flags)
    assert (code, "Start the server or correct base_urls" in err) == (1, True)


def test_training_an_endpoint(blindspot, config: Path, tmp_path: Path) -> None:
    code, _, err = blindspot("run", config, "--out", tmp_path / "run")
    assert code == 2
    assert "transformers_local" in err
    assert not (tmp_path / "run" / "round-0").exists()


def test_a_stage_without_its_input(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert blindspot("diagnose", tmp_path / "nowhere")[0] == 2
    blindspot("evaluate", config, "--out", run)
    code, _, err = blindspot("train", run)
    assert (code, "Run the stage that writes the training_set first" in err) == (2, True)


def test_an_artifact_of_another_schema(blindspot, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    blindspot("evaluate", config, "--out", run)
    manifest = run / "round-0" / "evaluation" / "manifest.json"
    text = manifest.read_text().replace('"schema_version": 2', '"schema_version": 1')
    manifest.write_text(text)
    code, _, err = blindspot("diagnose", run)
    assert (code, "schema version 1, this blindspot reads 2" in err) == (2, True)


def test_no_space_on_the_disk(
    blindspot, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x.png")

    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = blindspot("evaluate", config, "--out", tmp_path / "run")
    assert code == 1
    assert "No space left" in err
    assert "make room and run the same command again" in err


def test_two_at_once(blindspot, config: Path, tmp_path: Path) -> None:
    from blindspot.locking import locked

    with locked(tmp_path / "run"):
        code, _, err = blindspot("evaluate", config, "--out", tmp_path / "run")
    assert (code, "another blindspot is working in it" in err) == (1, True)


def test_wrong_usage(blindspot) -> None:
    assert blindspot("run")[0] == 2
    assert blindspot("fly")[0] == 2


@pytest.fixture
def two_runs(blindspot, config: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A and B on the same 120 questions: A knows the odd ones, B the first 90."""
    blindspot("evaluate", config, "--out", tmp_path / "a")
    answers = [{"prompt": f"q{i}", "text": "red" if i < 90 else "green"} for i in range(120)]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, answers)))
    blindspot("evaluate", config, "--out", tmp_path / "b")
    return tmp_path / "a", tmp_path / "b"


def test_compare(blindspot, two_runs: tuple[Path, Path]) -> None:
    code, out, _ = blindspot("compare", *two_runs, "--flips", 3)
    assert code == 0
    assert "B against A on both halves" in out
    cells = next(line for line in out.splitlines() if line.startswith("│ b ")).split()
    assert [c for c in cells if c != "│"][:4] == ["b", "120", "50.0", "75.0"]
    assert "Lost: A right, B wrong, 3 of 15. Won: A wrong, B right, 3 of 45" in out
    assert sum(line.startswith("│ lost") for line in out.splitlines()) == 3
    assert "Lost:" not in blindspot("compare", *two_runs, "--flips", 0)[1]


def test_compare_as_json(blindspot, two_runs: tuple[Path, Path]) -> None:
    a, b = two_runs
    code, out, _ = blindspot("compare", a / "round-0", b / "round-0" / "evaluation", "--json")
    found = json.loads(out)
    assert (code, found["half"], found["overall"]["difference"]) == (0, "both", 0.25)
    assert {f["sample_id"] for f in found["lost"]} == {f"s{i}" for i in range(91, 120, 2)}
    assert found["lost"][0] | {"sample_id": ""} == {
        "benchmark": "b",
        "sample_id": "",
        "target": "red",
        "a": ["red"],
        "b": ["green"],
    }
    held_out = json.loads(blindspot("compare", a, b, "--half", "held_out", "--json")[1])
    other = json.loads(blindspot("compare", a, b, "--half", "diagnosis", "--json")[1])
    assert held_out["overall"]["n"] + other["overall"]["n"] == 120


def test_mistakes_in_comparing(blindspot, two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    a, _ = two_runs
    code, _, err = blindspot("compare", a, tmp_path / "nowhere")
    assert (code, "Give RUN, RUN/round-N" in err) == (2, True)
    code, _, err = blindspot("compare", a, a / "round-0")
    assert (code, "Name two rounds" in err) == (2, True)
    assert blindspot("compare", a, a, "--half", "test")[0] == 2


def test_evaluate_without_a_config_or_a_model(blindspot, tmp_path: Path) -> None:
    for more in ([], ["--out", tmp_path / "nowhere"], ["--suite", "eleven"]):
        code, _, err = blindspot("evaluate", *more)
        assert (code, "neither a config nor a model" in err) == (2, True)
