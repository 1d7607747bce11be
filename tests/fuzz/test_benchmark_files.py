"""Benchmarks of a user's own, broken: parquet, JSONL, folders of pictures, and what grades them."""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.images import ImageStore, encode
from blindspot.core.records import Sample
from blindspot.core.tables import write_records
from harness import suite
from harness.settings import BenchmarkSettings, EvaluationSettings

PNG = encode(Image.new("RGB", (6, 6), "red"))
ROWS: list[dict[str, Any]] = [
    {"id": "1", "question": "Which?", "target": "B", "options": ["red", "blue"], "image": "a.png"},
    {"id": "2", "question": "How many?", "target": "3", "answer_kind": "number", "group": "g"},
    {"id": "3", "question": "Where?", "target": "0, 0, 5, 5", "answer_kind": "box", "images": []},
    {"id": "4", "question": "All?", "target": "a, b", "answer_kind": "set", "capability": "ocr"},
]
CELLS: list[list[Any]] = [
    ["file_name", "question", "target", "options", "answer_kind", "note"],
    ["a.png", "Which?", "red", "", "", "x"],
    ["a.png", "How many?", "3", "", "number", "=1+1"],
]
ODD: tuple[pa.Array, ...] = (
    pa.array([1, 2], pa.int8()),
    pa.array([2**63, 2**64 - 1], pa.uint64()),
    pa.array([math.nan, 1e308], pa.float64()),
    pa.array([True, None]),
    pa.array([None, None]),
    pa.array(["x", None], pa.large_string()),
    pa.array([b"\xff\xfe", PNG], pa.binary()),
    pa.array([2**52, -(2**52)], pa.timestamp("ms")),
    pa.array([2, 1], pa.timestamp("us", tz="No/Where")),
    pa.array([1, 2], pa.timestamp("ns")),
    pa.array([2**31 - 1, 0], pa.date32()),
    pa.array([2**62, 0], pa.duration("ms")),
    pa.array([Decimal("1.5"), None], pa.decimal128(5, 2)),
    pa.array([[1, None], []], pa.list_(pa.int64())),
    pa.array([{"bytes": PNG, "path": "a.png"}, {"bytes": None, "path": None}]),
    pa.array([[{"bytes": b"no", "path": 3}], None]),
    pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
    pa.array(["a", "a"]).dictionary_encode(),
    pa.array([datetime(1, 1, 1), datetime(9999, 12, 31)]),
    pa.Array.from_buffers(  # text that is no UTF-8
        pa.string(),
        2,
        [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xc3")],
    ),
)
NAMES = ("id", "question", "target", "image", "images", "options", "answer_kind", "capability",
         "image_type", "group", "extra", "")  # fmt: skip
fuzzed = settings.get_profile("fuzz")
Load = Callable[[Path], suite.Loaded]
Place = Callable[[str], Path]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """All samples of a file, checked as far as the artifact that keeps them."""
    root = tmp_path_factory.mktemp("stored")
    store = ImageStore(root / "images")

    def loaded(path: Path) -> suite.Loaded:
        settings = BenchmarkSettings(name="mine", path=path)
        [entry] = suite.entries(EvaluationSettings(benchmarks=(settings,)))
        entry.digest()
        found = suite.load([entry], store)
        write_records(root / "samples.parquet", found.samples, Sample)
        return found

    return loaded


def check(loaded: suite.Loaded | None) -> None:
    """A target is graded right, an empty answer is not, and a broken picture is a failure."""
    for sample in loaded.samples if loaded else ():
        assert loaded
        opened = loaded.opened[sample.benchmark]
        right = opened.grade(sample, {}, sample.target)
        assert right is not None
        assert right.score == 1.0
        empty = opened.grade(sample, {}, "")
        assert empty is not None
        assert empty.score == 0.0
        assert not (sample.id in loaded.broken and sample.images)


@fuzzed
@given(data=st.data())
def test_jsonl(fuzz: Any, load: Load, place: Place, data: st.DataObject) -> None:
    path = place("b.jsonl")
    lines = [
        fuzz.json(data, row) if data.draw(st.booleans()) else fuzz.json(data, ROWS[0])
        for row in ROWS
    ]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    check(fuzz.documented(lambda: load(path)))


@fuzzed
@given(data=st.data())
def test_one_broken_row(fuzz: Any, load: Load, place: Place, data: st.DataObject) -> None:
    path = place("b.jsonl")
    path.write_bytes(fuzz.json(data, data.draw(st.sampled_from(ROWS))).encode("utf-8", "replace"))
    check(fuzz.documented(lambda: load(path)))


@fuzzed
@given(data=st.data())
def test_a_folder_with_a_csv(fuzz: Any, load: Load, place: Place, data: st.DataObject) -> None:
    path = place("metadata.csv")
    path.write_bytes(fuzz.table(data, CELLS[0], CELLS[1:]))
    check(fuzz.documented(lambda: load(path.parent)))


@fuzzed
@given(data=st.data())
def test_a_folder_with_jsonl(fuzz: Any, load: Load, place: Place, data: st.DataObject) -> None:
    path = place("metadata.jsonl")
    row = {"file_name": "a.png", "question": "Which?", "target": "red"}
    path.write_bytes(fuzz.json(data, row).encode("utf-8", "surrogateescape"))
    check(fuzz.documented(lambda: load(path.parent)))


@fuzzed
@given(columns=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ODD)), max_size=6),
       whole=st.booleans())  # fmt: skip
def test_columns_of_any_type(
    fuzz: Any, load: Load, place: Place, columns: list[tuple[str, pa.Array]], whole: bool
) -> None:
    path = place("b.parquet")
    usual = [("question", pa.array(["q", "r"])), ("target", pa.array(["x", "y"]))] if whole else []
    usual = [pair for pair in usual if pair[0] not in {name for name, _ in columns}]
    names, arrays = zip(*(columns + usual), strict=True) if columns + usual else ((), ())
    pq.write_table(pa.Table.from_arrays(list(arrays), names=list(names)), path)
    check(fuzz.documented(lambda: load(path)))


@fuzzed
@given(data=st.data())
def test_parquet_broken_as_bytes(fuzz: Any, load: Load, place: Place, data: st.DataObject) -> None:
    path = place("b.parquet")
    pq.write_table(pa.Table.from_pylist(ROWS[:1]), path)
    path.write_bytes(fuzz.raw(data, path.read_bytes()))
    check(fuzz.documented(lambda: load(path)))
