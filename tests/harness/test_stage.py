"""The evaluation end to end on recorded answers: durable, resumable, honest about failures."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.errors import DataError, StageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.images import encode
from blindspot.core.model import ModelSettings
from blindspot.core.records import Half
from blindspot.core.run_folder import RunFolder
from harness.settings import BenchmarkSettings, EvaluationSettings
from harness.stage import EvaluationInputs, run


def benchmark(tmp_path: Path, n: int = 12, **extra: Any) -> BenchmarkSettings:
    rows = [
        {
            "id": f"s{i}",
            "question": f"q{i}",
            "target": "red",
            "image": {"bytes": encode(Image.new("RGB", (4, 4), (i, 0, 0))), "path": None},
            "capability": "color",
            **extra,
        }
        for i in range(n)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    return BenchmarkSettings(name="mine", path=tmp_path / "b.parquet")


def answers(tmp_path: Path, *lines: dict[str, Any]) -> ModelSettings:
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return ModelSettings(backend="replay", checkpoint=str(tmp_path / "answers.jsonl"))


def evaluate(
    tmp_path: Path, model: ModelSettings, name: str = "run", **settings: Any
) -> Evaluation:
    suite = settings.pop("benchmarks", None) or (benchmark(tmp_path),)
    folder = RunFolder(tmp_path / name)
    out = folder.round(0).evaluation
    run(EvaluationSettings(benchmarks=suite, **settings), EvaluationInputs(folder, model), out)
    return Evaluation(out)


RED = {"prompt": "*", "text": "red"}
WRONG = {"prompt": "q1", "text": "blue"}
SLOW = {"prompt": "q2", "failure": {"kind": "timeout", "message": "slow", "retryable": True}}


def test_scores_failures_and_counts(tmp_path: Path) -> None:
    result = evaluate(tmp_path, answers(tmp_path, RED, WRONG, SLOW), min_coverage=0.5)
    by_id = {p.sample_id: p for p in result.predictions()}
    assert (by_id["s0"].score, by_id["s1"].score, by_id["s2"].score) == (1, 0, None)
    counts = result.artifact.manifest.counts
    assert (counts["predictions"], counts["failures"], counts["failures.timeout"]) == (12, 1, 1)
    rates = result.metrics().benchmarks
    assert sum(r.n for r in rates) == 11
    assert {s.half for s in result.samples()} == {"diagnosis", "held_out"}


def test_too_few_answers_publish_nothing_and_the_next_run_asks_the_rest(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"only 91.7% of the calls were answered.*timeout 1"):
        evaluate(tmp_path, answers(tmp_path, RED, SLOW))
    folder = RunFolder(tmp_path / "run")
    assert not folder.round(0).evaluation.exists()
    assert folder.ledger.counts()["calls"] == 11


def test_a_broken_picture_is_a_failure_and_costs_no_call(tmp_path: Path) -> None:
    suite = benchmark(tmp_path)
    rows = pq.read_table(suite.path).to_pylist()
    rows[3]["image"] = {"bytes": b"no picture", "path": None}
    pq.write_table(pa.Table.from_pylist(rows), suite.path)
    result = evaluate(tmp_path, answers(tmp_path, RED), benchmarks=(suite,), min_coverage=0.9)
    assert result.metrics().failures == {"image": 1}
    assert RunFolder(tmp_path / "run").ledger.counts()["calls"] == 11


def test_the_same_twice(tmp_path: Path) -> None:
    model = answers(tmp_path, RED, WRONG)
    one, two = (evaluate(tmp_path, model, name).artifact.digest for name in ("a", "b"))
    assert one == two


def test_repeats_and_limit(tmp_path: Path) -> None:
    lines = RED, {"prompt": "q1", "repeat": 1, "text": "blue"}
    result = evaluate(tmp_path, answers(tmp_path, *lines), repeats=2, limit=5)
    assert len(result.predictions()) == 10
    more = evaluate(tmp_path, answers(tmp_path, *lines), "b", limit=8)
    assert {s.id for s in result.samples()} < {s.id for s in more.samples()}


def test_two_benchmarks_with_the_same_ids(tmp_path: Path) -> None:
    suite = benchmark(tmp_path)
    twice = (suite, suite.model_copy(update={"name": "again"}))
    with pytest.raises(DataError, match="stands in more than one"):
        evaluate(tmp_path, answers(tmp_path, RED), benchmarks=twice)


def test_a_target_task_keeps_its_sets_on_their_sides(tmp_path: Path) -> None:
    validation = target_set(tmp_path, "v", "diagnosis", range(12))
    test = target_set(tmp_path, "t", "held_out", range(12, 24))
    result = evaluate(tmp_path, answers(tmp_path, RED), benchmarks=(validation, test))
    assert {(s.benchmark, s.half) for s in result.samples()} == {
        ("v", "diagnosis"),
        ("t", "held_out"),
    }


def test_a_target_task_whose_sets_share_a_picture_is_refused_before_the_model_is_asked(
    tmp_path: Path,
) -> None:
    validation = target_set(tmp_path, "v", "diagnosis", range(12))
    test = target_set(tmp_path, "t", "held_out", range(11, 20))
    with pytest.raises(DataError, match=r"'vs11' \(diagnosis\) and 'ts11' \(held_out\) share"):
        evaluate(tmp_path, answers(tmp_path, RED), benchmarks=(validation, test))
    assert RunFolder(tmp_path / "run").ledger.counts()["calls"] == 0  # nothing was paid


def target_set(folder: Path, name: str, half: Half, numbers: range) -> BenchmarkSettings:
    """One set of a target task, with a picture per number."""
    rows = [
        {
            "id": f"{name}s{i}",
            "question": "q",
            "target": "red",
            "image": {"bytes": encode(Image.new("RGB", (4, 4), (i, 0, 0))), "path": None},
        }
        for i in numbers
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return BenchmarkSettings(name=name, path=folder / f"{name}.parquet", half=half)
