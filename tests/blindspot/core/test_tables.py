"""Records survive parquet, nested values included."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from blindspot.core import tables
from blindspot.core.errors import DataError, StageError
from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.tables import read_records, write_records

SAMPLE = Sample(
    id="1",
    benchmark="b",
    question="q",
    prompt="p",
    images=("x.png", "y.png"),
    target="t",
    answer_kind="text",
    attributes={"bars": "4"},
)


def test_round_trip(tmp_path: Path) -> None:
    predictions = [
        Prediction(sample_id="1", completion=Completion(text="‮x\n"), score=0, grader="g"),
        Prediction(
            sample_id="1",
            repeat=1,
            failure=Failure(kind="timeout", message="m", retryable=True),
            grader="g",
        ),
    ]
    write_records(tmp_path / "s.parquet", [SAMPLE], Sample)
    write_records(tmp_path / "p.parquet", predictions, Prediction)
    assert read_records(tmp_path / "s.parquet", Sample) == [SAMPLE]
    assert read_records(tmp_path / "p.parquet", Prediction) == predictions


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    write_records(tmp_path / "s.parquet", [], Sample)
    assert read_records(tmp_path / "s.parquet", Sample) == []


def test_equal_records_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_records(tmp_path / name, [SAMPLE], Sample)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_broken_table_has_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "s.parquet").write_text("no")
    with pytest.raises(DataError, match="cannot be read"):
        read_records(tmp_path / "s.parquet", Sample)


def test_a_prediction_is_an_answer_or_a_failure_never_both_or_neither() -> None:
    with pytest.raises(ValueError, match="a completion, or a failure that says why not"):
        Prediction(sample_id="1", grader="g")
    with pytest.raises(ValueError, match="a graded completion has a score"):
        Prediction(sample_id="1", completion=Completion(text="x"), grader="g")


@pytest.mark.parametrize(("size", "groups"), [(1, 3), (2**24, 1)])
def test_records_are_taken_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, groups: int
) -> None:
    """So that as many can be written as there are, whatever each holds; the bytes that are
    compressed together are few too, but many at once compress better.
    """
    monkeypatch.setattr(tables, "_BATCH", 3)
    monkeypatch.setattr(tables, "_GROUP", size)
    made = [SAMPLE.model_copy(update={"id": str(i)}) for i in range(8)]
    write_records(tmp_path / "s.parquet", iter(made), Sample)
    assert read_records(tmp_path / "s.parquet", Sample) == made
    assert pq.ParquetFile(tmp_path / "s.parquet").num_row_groups == groups


def test_a_table_that_could_not_be_finished_is_none(tmp_path: Path) -> None:
    def records() -> Iterator[Sample]:
        yield SAMPLE
        raise StageError("The disk", "it is full", "Make room")

    with pytest.raises(StageError, match="full"):
        write_records(tmp_path / "s.parquet", records(), Sample)
    assert not (tmp_path / "s.parquet").exists()
