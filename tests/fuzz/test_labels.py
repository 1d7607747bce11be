"""What people filled in, broken: labels of those who judged, or an error that names the line."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.causes import human
from generation import labels

FORM = ["sample_id", "response_id", "question", "stage"]
ROWS = [
    ["m/7", "r9c1f", "How tall?", "reading"],
    ["m/8", "r1", "=1+1", ""],
    ["m/9", "", "x", "format"],
]
AUDIT = [["train/counting/3", "right"], ["train/ocr/8/2", "unsure"], ["x", ""]]
fuzzed = settings.get_profile("fuzz")
Write = Callable[[bytes], Path]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Write:
    root, numbers = tmp_path_factory.mktemp("labels"), itertools.count()

    def write(content: bytes) -> Path:
        path = root / f"{next(numbers)}.csv"
        path.write_bytes(content)
        return path

    return write


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_error_stages(fuzz: Any, written: Write, data: st.DataObject) -> None:
    path = written(fuzz.table(data, FORM, ROWS))
    found = fuzz.documented(lambda: human.read(path))
    for sample, label in (found or {}).items():
        assert sample
        assert label.stage in human.STAGES


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_audits(fuzz: Any, written: Write, data: st.DataObject) -> None:
    path = written(fuzz.table(data, ["id", "label"], AUDIT))
    found = fuzz.documented(lambda: labels.read(path))
    assert found is None or set(found.values()) <= set(labels.LABELS)
