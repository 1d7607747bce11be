"""What differs between two folders is seen, what may differ is not."""

import json
import shutil
from pathlib import Path

import pytest

from bench.chaos import state
from blindspot.core.artifact import Draft
from blindspot.core.ledger import Ledger
from blindspot.core.records import Completion, Prediction
from blindspot.core.tables import write_records

ANSWER = Completion(text="red")
PAGE = "<dd>2026-11-21T15:43:28+00:00</dd><bdi>evaluate</bdi> 3.5 s"


def predicted(sample: str) -> Prediction:
    return Prediction(sample_id=sample, repeat=0, completion=ANSWER, score=1.0, grader="g")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    draft = Draft(folder / "round-0" / "evaluation", "evaluation", {}, {})
    write_records(draft.path / "predictions.parquet", [predicted("a"), predicted("b")], Prediction)
    draft.publish()
    (folder / "config.toml").write_text("rounds = 1")
    (folder / "round-0" / "report.html").write_text(PAGE)
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(b"picture")
    ledger = Ledger(folder / "ledger.sqlite")
    ledger.record("m", [("key", "{}", ANSWER)])
    ledger.close()
    return folder


@pytest.fixture
def other(run: Path) -> Path:
    return shutil.copytree(run, run.with_name("other"))


def found(run: Path, other: Path) -> list[str]:
    return state.differing(state.read(run), state.read(other))


def test_a_copy_is_the_same(run, other):
    assert found(run, other) == []
    assert state.read(run).rows_twice == 0
    assert "call key" in state.read(run).items


def test_times_and_unfinished_files_do_not_count(run, other):
    page = other / "round-0" / "report.html"
    page.write_text(PAGE.replace("15:43:28", "16:00:01").replace("3.5 s", "12.25 s"))
    manifest = other / "round-0" / "evaluation" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"created": "later"}))
    (other / "images" / "a.png.9f.part").write_bytes(b"half")
    assert found(run, other) == []


@pytest.mark.parametrize(
    "name",
    [
        "config.toml",
        "round-0/report.html",
        "round-0/evaluation/predictions.parquet",
        "round-0/evaluation/manifest.json",
    ],
)
def test_a_changed_or_missing_file_is_named(run, other, name):
    file = other / name
    file.write_bytes(file.read_bytes()[:-1])
    assert name in found(run, other)
    file.unlink()
    assert name in found(run, other)


def test_a_picture_and_a_call_are_items(run, other):
    (other / "images" / "a.png").write_bytes(b"pictuse")
    (other / "ledger.sqlite").unlink()
    assert found(run, other) == ["call key", "picture a.png"]


def test_a_file_that_nobody_expected_in_an_artifact(run, other):
    (other / "round-0" / "evaluation" / "0001.parquet").write_bytes(b"foreign")
    assert found(run, other) == ["round-0/evaluation/0001.parquet"]


def test_rows_and_calls_that_stand_twice(run, other, tmp_path):
    rows = [predicted("a"), predicted("a"), predicted("b")]
    write_records(other / "round-0" / "evaluation" / "predictions.parquet", rows, Prediction)
    ledger = Ledger(other / "ledger.sqlite")
    ledger.record("m", [("key", "{}", ANSWER)])
    ledger.close()
    assert state.read(other).rows_twice == 1
    assert state.read(other).asked_again == 1
    (tmp_path / "calls").write_text("key\nother\nkey\nkey\n")
    assert state.repeated(tmp_path / "calls") == 2
