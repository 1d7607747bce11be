"""A user's own benchmark in each form, and every mistake in it named."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, encode
from harness import own_data, suite
from harness.settings import BenchmarkSettings, EvaluationSettings

PNG = encode(Image.new("RGB", (6, 6), "red"))
ROW = {"id": "1", "question": "What color?", "target": "red", "image": {"bytes": PNG, "path": None}}


def load(path: Path, tmp_path: Path, **columns: str) -> suite.Loaded:
    settings = BenchmarkSettings(name="mine", path=path, columns=columns)
    listed = suite.entries(EvaluationSettings(benchmarks=(settings,)))
    return suite.load(listed, ImageStore(tmp_path / "images"))


def parquet(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), tmp_path / "b.parquet")
    return tmp_path / "b.parquet"


def jsonl(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "b.jsonl"


def test_parquet(tmp_path: Path) -> None:
    row = ROW | {"capability": "color", "image_type": "geometric", "bars": "4", "group": 7}
    [sample] = load(parquet(tmp_path, row), tmp_path).samples
    assert sample.category == "color/geometric"
    assert sample.attributes == {"bars": "4"}
    assert (sample.group, sample.answer_kind, sample.prompt) == ("7", "text", "What color?")
    assert (tmp_path / "images" / sample.images[0]).read_bytes() == PNG


def test_jsonl_with_relative_pictures_and_other_column_names(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    row = {
        "q": "Which?",
        "answer": "blue",
        "images": ["a.png", "a.png"],
        "options": ["red", "blue"],
    }
    path = jsonl(tmp_path, row)
    [sample] = load(path, tmp_path, question="q", target="answer").samples
    assert (sample.target, sample.answer_kind, len(sample.images)) == ("B", "choice", 2)
    assert sample.prompt == "Which?\nA. red\nB. blue\nAnswer with the letter of the right option."


@pytest.mark.parametrize("name", ["metadata.jsonl", "metadata.csv"])
def test_imagefolder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.png").write_bytes(PNG)
    text = '{"file_name": "a.png", "question": "How many?", "target": "3"}'
    if name.endswith("csv"):
        text = "file_name,question,target\na.png,How many?,3\n"
    (folder / name).write_text(text)
    [sample] = load(folder, tmp_path).samples
    assert (sample.answer_kind, sample.target, len(sample.images)) == ("number", "3", 1)


def test_ids_come_from_the_content_where_none_are_given(tmp_path: Path) -> None:
    rows = [{"question": "a", "target": "x"}, {"question": "b", "target": "y"}]
    forward = {s.question: s.id for s in load(jsonl(tmp_path, *rows), tmp_path).samples}
    backward = {s.question: s.id for s in load(jsonl(tmp_path, *rows[::-1]), tmp_path).samples}
    assert forward == backward


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"question": "q"}, "row 1 has no 'target'"),
        ({"query": "q", "target": "t"}, r"row 1 has no 'question' \(the columns are query, target"),
        (
            {"question": "q", "target": "green", "options": ["red", "blue"]},
            r"in row 1 the target 'green' is not among the options \['red', 'blue'\]",
        ),
        ({"question": "q", "target": "E", "options": ["red"]}, "'E' is not among the options"),
        ({"question": "q", "target": "many", "answer_kind": "number"}, "cannot be graded as a num"),
        ({"question": "q", "target": "x", "answer_kind": "colour"}, "answer_kind 'colour'.*Known:"),
    ],
)
def test_rows_that_contradict_themselves(tmp_path: Path, row: dict[str, Any], why: str) -> None:
    with pytest.raises(DataError, match=why):
        load(jsonl(tmp_path, row), tmp_path)


def test_duplicate_ids(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="id '1' stands twice, the second time in row 2"):
        load(parquet(tmp_path, ROW, ROW), tmp_path)


def test_nothing_there_and_nothing_in_it(tmp_path: Path) -> None:
    missing = BenchmarkSettings(name="mine", path=tmp_path / "nowhere.parquet")
    with pytest.raises(DataError, match="no such file or folder"):
        own_data.BENCHMARK.digest(missing, tmp_path / "lock")
    with pytest.raises(DataError, match="has no rows"):
        load(jsonl(tmp_path), tmp_path)
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(DataError, match=r"'.txt' files are not read"):
        load(tmp_path / "x.txt", tmp_path)
    (tmp_path / "pictures").mkdir()
    with pytest.raises(DataError, match=r"no metadata\.jsonl"):
        load(tmp_path / "pictures", tmp_path)
    (tmp_path / "bad.parquet").write_text("no")
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path / "bad.parquet", tmp_path)


def test_an_unreadable_picture_is_that_samples_failure(tmp_path: Path) -> None:
    bad = ROW | {"id": "2", "image": {"bytes": b"not a picture", "path": None}}
    lost = {"id": "3", "question": "q", "target": "t", "image": {"bytes": None, "path": "no.png"}}
    loaded = load(parquet(tmp_path, ROW, bad, lost), tmp_path)
    assert [s.id for s in loaded.samples] == ["1", "2", "3"]
    assert {i: f.kind for i, f in loaded.broken.items()} == {"2": "image", "3": "image"}
    assert "no.png" in loaded.broken["3"].message


def test_jpeg_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 6), "red").save(buffer, format="JPEG")
    row = ROW | {"image": {"bytes": buffer.getvalue(), "path": None}}
    [sample] = load(parquet(tmp_path, row), tmp_path).samples
    assert (tmp_path / "images" / sample.images[0]).read_bytes() == buffer.getvalue()


@pytest.mark.parametrize(
    ("target", "kind"), [("1,234", "number"), ("1,5", "text"), ("2", "number")]
)
def test_a_target_that_is_no_number_as_a_whole_is_text(
    tmp_path: Path, target: str, kind: str
) -> None:
    [sample] = load(jsonl(tmp_path, {"question": "q", "target": target}), tmp_path).samples
    assert (sample.answer_kind, sample.target) == (kind, target)
