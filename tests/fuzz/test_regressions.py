"""What fuzzing found, each once by hand: inputs that ended in a traceback or another value."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blindspot.core import config, taxonomy
from blindspot.core.chat import _asked_pause, hush
from blindspot.core.errors import BlindspotError, ConfigError, DataError
from blindspot.core.evaluation import Metrics
from blindspot.core.grading import Grade, grade
from blindspot.core.images import ImageStore
from blindspot.core.models import replay
from blindspot.core.records import Completion, Prediction
from blindspot.core.tables import read_record, read_records
from blindspot.settings import Config
from generation.retrieval import tables
from harness import judge, lock, suite
from harness.settings import BenchmarkSettings, EvaluationSettings

DIGITS = "7" * 5000
DEEP = "[" * 100_000
ROW: dict[str, Any] = {"id": "1", "question": "q", "target": "red"}


def loaded(path: Path) -> suite.Loaded:
    [entry] = suite.entries(
        EvaluationSettings(benchmarks=(BenchmarkSettings(name="mine", path=path),))
    )
    return suite.load([entry], ImageStore(path.parent / "stored"))


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[1]", "row 1 is no JSON object"),
        ('"a"', "row 1 is no JSON object"),
        (f'{{"question": {DIGITS}}}', "cannot be read"),
        (DEEP, "cannot be read"),
        (json.dumps(ROW | {"question": "\ud800"}), "row 1 holds half of a character"),
        (json.dumps(ROW | {"options": 3}), "row 1 has the options 3"),
        (json.dumps(ROW | {"options": '["\\ud800", "b"]'}), "row 1 has the options"),
        (json.dumps(ROW | {"options": "red"}), "row 1 has the options 'red'"),
        (json.dumps(ROW | {"options": ["x"] * 27}), "at most 26 texts"),
        ('{"question": "q", "target": NaN}', "row 1 has no 'target'"),
    ],
)
def test_rows_that_are_none(tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        loaded(written(tmp_path, "b.jsonl", line))


def test_a_csv_with_more_cells_than_names(tmp_path: Path) -> None:
    written(tmp_path, "metadata.csv", "question,target\nHow many, in all,3\n")
    with pytest.raises(DataError, match="row 1 has more cells"):
        loaded(tmp_path)


def test_a_csv_of_a_spreadsheet_keeps_its_pictures_and_options(tmp_path: Path) -> None:
    """Its mark before the first column hid `file_name`; its options were letters one by one."""
    text = 'file_name,question,target,options\ngone.png,Which?,blue,"[""red"", ""blue""]"\n'
    written(tmp_path, "metadata.csv", "\ufeff" + text)
    found = loaded(tmp_path)
    [sample] = found.samples
    assert (sample.options, sample.target) == (("red", "blue"), "B")
    assert "gone.png" in found.broken[sample.id].message


@pytest.mark.parametrize("path", ["../secret.png", "/dev/zero", "a\x00.png", "link.png", "."])
def test_a_picture_elsewhere_is_not_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    found = loaded(written(folder, "b.jsonl", json.dumps(ROW | {"image": path})))
    assert found.broken["1"].kind == "image"
    assert "leads out of its folder" in found.broken["1"].message


@pytest.mark.parametrize("type_", [pa.timestamp("us", tz="No/Where"), pa.timestamp("ms")])
def test_dates_that_python_has_not(tmp_path: Path, type_: pa.DataType) -> None:
    columns = {"question": ["q"], "target": ["t"], "when": pa.array([2**52], type_)}
    pq.write_table(pa.table(columns), tmp_path / "b.parquet")
    with pytest.raises(DataError, match="cannot be read"):
        loaded(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="cannot be read"):
        list(tables.rows(tmp_path / "b.parquet"))


@pytest.mark.parametrize(
    "text", ["", "{}", "[", DEEP, f'{{"coverage": {DIGITS}}}', '{"a": "\\ud800"}']
)
def test_records_that_are_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_record(written(tmp_path, "metrics.json", text), Metrics)
    with pytest.raises(DataError, match="cannot be read"):
        read_record(tmp_path / "gone.json", Metrics)


@pytest.mark.parametrize("cell", [3, "", DEEP, DIGITS])
def test_cells_that_are_no_json(tmp_path: Path, cell: Any) -> None:
    pq.write_table(pa.table({"sample_id": ["s"], "completion": [cell]}), tmp_path / "p.parquet")
    with pytest.raises(DataError, match="row 1"):
        read_records(tmp_path / "p.parquet", Prediction)


@pytest.mark.parametrize("text", [f"rounds = {DIGITS}", f"x = {DEEP}"])
def test_configs_that_are_too_much(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        config.load(written(tmp_path, "c.toml", text), Config)


@pytest.mark.parametrize("text", ["benchmarks = 3", 'benchmarks = "pope"', "benchmarks = [{}]"])
def test_suites_that_are_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="not a TOML file with benchmarks"):
        suite.entries(EvaluationSettings(suite=str(written(tmp_path, "s.toml", text))))


@pytest.mark.parametrize("text", ["pope = 3", "[pope]\nsource = 's'", "[pope]\nrevision = []"])
def test_locks_that_are_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="The lock file"):
        lock.locked(written(tmp_path, "l.lock", text), "pope", "s")


@pytest.mark.parametrize("pattern", ["a{99999999999999999999}", "(" * 5000])
def test_patterns_that_are_none(tmp_path: Path, pattern: str) -> None:
    text = 'name = "m"\nimage_types.a.definition = "a"\n[capabilities.b]\ndefinition = "b"\n'
    with pytest.raises(BlindspotError):
        taxonomy.load(written(tmp_path, "t.toml", f'{text}patterns = ["{pattern}"]'))


def test_recorded_answers(tmp_path: Path) -> None:
    """A line break of another kind inside an answer ended its line; a wrong reason came late."""
    line = json.dumps({"prompt": "q", "text": "a\u2028b"}, ensure_ascii=False)
    [read] = replay._read(written(tmp_path, "a.jsonl", line))
    assert read.text == "a\u2028b"
    with pytest.raises(DataError, match="line 1"):
        replay._read(written(tmp_path, "b.jsonl", '{"prompt": "q", "finish_reason": "tired"}'))


@pytest.mark.parametrize("count", [0, 27, 30, 60])
def test_choices_without_a_letter(count: int) -> None:
    options = tuple(f"text {i}" for i in range(count))
    assert grade("?", target="A", kind="choice", options=options) == Grade(None, 0.0)


def test_a_judges_answer_can_be_kept() -> None:
    found = judge.read('{"correct": true, "final_answer": "\\ud800"}')
    assert found is not None
    made = Prediction(
        sample_id="s", completion=Completion(text=""), answer=found.answer, score=1.0, grader="g"
    )
    assert made.answer == "?"


def test_a_pause_by_a_date_of_no_calendar() -> None:
    error = Exception()
    headers = {"retry-after": "Sun, 06 Nov 1994 08:49:37 +99999999999999"}
    vars(error)["response"] = SimpleNamespace(headers=headers)
    assert _asked_pause(error) is None


def test_debug_logs_of_the_client_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("openai", "httpx"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    hush()
    assert not logging.getLogger("openai._base_client").isEnabledFor(logging.DEBUG)
