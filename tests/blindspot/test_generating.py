"""`blindspot generate` as a user meets it: foreseen, made, watched, audited and given away."""

import csv
import gc
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Asks = Callable[[Path, int], None]
SIZE = 120
"""Samples; those with even numbers ask for shapes, the others for colours."""
AGENTS = """
[generation.agents.writer.model]
backend = "openai_api"
model = "writer-1"
base_urls = ["http://127.0.0.1:9/v1"]
prices = [1.0, 2.0]
[generation.agents.planner.model]
backend = "openai_api"
model = "planner-1"
base_urls = ["http://127.0.0.1:9/v1"]
"""
SOLVERS = """[{model = {backend = "openai_api", model = "solver-1", prices = [1.0, 2.0], \
base_urls = ["http://127.0.0.1:9/v1"]}}]"""
"""As it stands in one line."""


@pytest.fixture
def config(asks: Asks, tmp_path: Path) -> Path:
    """A model that names all colours and no shape, and does not mind how hard a sample is."""
    asks(tmp_path / "b.parquet", SIZE)
    lines = [{"prompt": f"q{i}", "text": "red" if i % 2 else "blue"} for i in range(SIZE)]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, lines)))
    path = tmp_path / "config.toml"
    path.write_text(
        'name = "mine"\n[model]\nbackend = "replay"\ncheckpoint = "m.jsonl"\n'
        '[[evaluation.benchmarks]]\nname = "b"\npath = "b.parquet"\n[diagnosis]\nbudget = 20\n'
        "[generation]\ncanary = 3\nmax_attempts = 3\n[[generation.sources]]\nsize = 48\n"
        'families = ["color", "shape"]\n'
        "[generation.difficulty]\nenabled = false\n"
    )
    return path


@pytest.fixture
def run(blindspot, config: Path, tmp_path: Path) -> Path:
    """Its run, diagnosed."""
    folder = tmp_path / "run"
    assert blindspot("evaluate", config, "--out", folder)[0] == 0
    assert blindspot("diagnose", folder)[0] == 0
    gc.collect()  # closes the ledger, whose side files go with its last connection
    return folder


def written(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time."""
    stats = [(p, p.stat()) for p in folder.rglob("*") if p.is_file()]
    return {str(p): (s.st_size, s.st_mtime_ns) for p, s in stats}


def test_the_first_word_is_a_run_or_a_sub_command(blindspot, run: Path) -> None:
    assert "samples admitted" in blindspot("generate", run)[1]
    assert "samples admitted" in blindspot("generate", "make", run)[1]
    assert "Training set of round 0, published" in blindspot("generate", "status", run)[1]
    assert "samples admitted" in blindspot("generate", "--budget", "3", run)[1]


@pytest.mark.parametrize("command", ["", "make", "status", "audit"])
def test_help_has_examples(blindspot, command: str) -> None:
    code, out, _ = blindspot("generate", *([command] if command else []), "--help")
    assert code == 0
    words = " ".join(out.split())
    assert (
        f"blindspot generate {'' if command in ('', 'make') else command + ' '}runs/mine" in words
    )
    assert "Example" in words


def test_generate_stands_between_diagnose_and_train(blindspot) -> None:
    words = blindspot("--help")[1].split("Commands")[1]
    assert words.index("diagnose") < words.index("generate") < words.index("train ")


def test_help_after_a_run_is_that_of_making(blindspot) -> None:
    assert "--budget" in blindspot("generate", "runs/mine", "--help")[1]


def test_a_dry_run_changes_nothing(blindspot, run: Path) -> None:
    before = written(run)
    code, out, err = blindspot("generate", run, "--dry-run")
    assert code == 0, err
    assert "shape/geometric" in out
    assert "programmatic [0]" in out
    assert "No model is asked: it costs nothing." in out
    assert written(run) == before
    code, out, _ = blindspot("generate", run, "--dry-run", "--json")
    found = json.loads(out)
    assert sum(c["quota"] for c in found["cells"] if c["split"] == "train") == 20
    assert written(run) == before


def test_a_dry_run_says_what_a_pool_may_cost(blindspot, run: Path, tmp_path: Path) -> None:
    config = run / "config.toml"
    Image.new("RGB", (40, 40), "red").save(tmp_path / "a.png")
    text = config.read_text().replace('plugin = "programmatic"', 'plugin = "pool"') + AGENTS
    config.write_text(text.replace("solvers = []", f"solvers = {SOLVERS}"))
    path = ("--set", "generation.max_attempts=2")
    code, out, err = blindspot("generate", run, "--dry-run", *path)
    assert code == 0, err
    assert "writer-1" in out
    assert "the models of planner have no prices" in out
    code, _, err = blindspot("generate", run, "--dry-run", "--budget", "2", *path)
    assert code == 2
    assert "generation.agents.planner.model.prices" in err
    priced = ("--set", "generation.agents.planner.model.prices=[0.5, 0.5]")
    code, out, err = blindspot("generate", run, "--dry-run", "--budget", "0.001", *path, *priced)
    assert code == 0, err
    assert "budgets keep it to 0.001" in " ".join(out.split())


def test_a_dry_run_names_a_role_that_nobody_fills(blindspot, run: Path) -> None:
    config = run / "config.toml"
    config.write_text(config.read_text().replace('plugin = "programmatic"', 'plugin = "pool"'))
    code, _, err = blindspot("generate", run, "--dry-run")
    assert code == 2
    assert "[generation.agents.planner.model]" in err


def test_dry_run_and_redo_exclude_each_other(blindspot, run: Path) -> None:
    code, _, err = blindspot("generate", run, "--dry-run", "--redo", "training_set")
    assert code == 2
    assert "--redo deletes" in err


def test_a_budget_stays_for_whoever_continues(blindspot, run: Path) -> None:
    assert blindspot("generate", run, "--budget", "7.5")[0] == 0
    found = json.loads(blindspot("generate", "status", run, "--json")[1])
    assert found["budget"] == 7.5
    assert found["state"] == "published"
    assert blindspot("generate", run, "--budget", "-1")[0] == 2


def test_settings_of_a_published_set_need_redo(blindspot, run: Path) -> None:
    blindspot("generate", run)
    fewer = ("--set", "generation.canary=1")
    code, _, err = blindspot("generate", run, *fewer)
    assert code == 2
    assert "--redo training_set" in err
    code, out, _ = blindspot("generate", run, *fewer, "--redo", "training_set", "--json")
    assert code == 0
    cells = json.loads(out)["cells"]
    assert [c["quota"] for c in cells if c["split"] == "canary"] in ([1], [])
    assert blindspot("generate", run)[0] == 0, "the run keeps what it was made with"


def test_status_before_anything_was_made(blindspot, run: Path) -> None:
    code, _, err = blindspot("generate", "status", run)
    assert code == 2
    assert "none was begun" in err
    code, _, err = blindspot("generate", "status", run / "nowhere")
    assert code == 2
    assert "no config.toml" in err


def test_status_of_a_round(blindspot, run: Path) -> None:
    blindspot("generate", run)
    code, out, _ = blindspot("generate", "status", run / "round-0")
    assert code == 0
    assert "shape/geometric" in out
    assert "Spent 0.00." in out
    assert blindspot("generate", "status", run / "round-7")[0] == 2


def test_an_audit_there_and_back(blindspot, run: Path, tmp_path: Path) -> None:
    blindspot("generate", run)
    code, out, err = blindspot("generate", "audit", run, "--sample", "8")
    assert code == 0, err
    page = run / "round-0" / "audit-0.html"
    assert f"8 candidates: {page}" in out
    ids = [part.split('"')[0] for part in page.read_text().split('data-id="')[1:]]
    assert len(ids) == 8
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="") as file:
        rows = [[id_, "wrong" if i == 0 else "right"] for i, id_ in enumerate(ids)]
        csv.writer(file).writerows([["id", "label"], *rows])
    code, out, err = blindspot("generate", "audit", run, "--labels", labels)
    assert code == 0, err
    assert "87.5 [52.9, 97.8]" in out
    found = json.loads(blindspot("generate", "audit", run, "--labels", labels, "--json")[1])
    assert (found["admitted"]["right"], found["admitted"]["wrong"]) == (7, 1)
    assert blindspot("generate", "audit", run, "--labels", tmp_path / "none.csv")[0] == 2


def test_settings_of_a_stage_before_are_not_taken_silently(blindspot, run: Path) -> None:
    code, _, err = blindspot("generate", run, "--set", "diagnosis.budget=10")
    assert code == 2
    assert "budget was 20, now 10" in err
    assert not (run / "round-0" / "training_set").exists()
    assert "budget = 20" in (run / "config.toml").read_text()


def test_export(blindspot, run: Path, tmp_path: Path) -> None:
    blindspot("generate", run)
    out = tmp_path / "given"
    code, said, err = blindspot("export", run, "--out", out)
    assert code == 0, err
    assert "train: 20 samples" in said
    assert (out / "README.md").is_file()
    code, _, err = blindspot("export", run, "--out", out)
    assert code == 2
    assert "something is there already" in err
    verl = ("export", run, "--format", "verl", "--out", tmp_path / "verl", "--json")
    assert json.loads(blindspot(*verl)[1])["written"]["train"] == 20
    code, _, err = blindspot("export", run, "--format", "dpo", "--out", tmp_path / "d")
    assert code == 2
    assert "generation.negatives.samples" in err
    assert not (tmp_path / "d").exists()


def test_export_before_anything_was_made(blindspot, run: Path, tmp_path: Path) -> None:
    code, _, err = blindspot("export", run, "--out", tmp_path / "given")
    assert code == 2
    assert "No training_set at" in err
