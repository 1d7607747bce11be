from collections.abc import Callable
from pathlib import Path

import pytest

from blindspot.core.errors import DataError
from blindspot.core.training_set import TrainingSetArtifact
from training import data

MakeTrainingSet = Callable[..., Path]


def read(path: Path):
    return data.read_samples(TrainingSetArtifact(path))


def test_rows_come_in_the_order_given(make_training_set: MakeTrainingSet):
    table = read(make_training_set([("color/plain", "is it red", "no", 3)]))
    rows = data.dataset(table, [2, 0, 2])
    assert [row["id"] for row in rows] == ["color/plain-2", "color/plain-0", "color/plain-2"]  # pyright: ignore
    row = rows[0]
    assert row["prompt"] == [{"role": "user", "content": "is it red"}]
    assert row["completion"] == [{"role": "assistant", "content": "no"}]
    assert row["category"] == "color/plain"
    assert row["options"] == []
    assert row["images"][0].getpixel((0, 0)) == (198, 10, 30)


def test_samples_per_cell(make_training_set: MakeTrainingSet):
    cells = [("color/plain", "is it red", "no", 3), ("count/plain", "what", "one", 2)]
    assert data.per_cell(read(make_training_set(cells))) == {"color/plain": 3, "count/plain": 2}


def test_an_empty_training_set_is_refused(make_training_set: MakeTrainingSet):
    with pytest.raises(DataError, match="its train split has no samples"):
        read(make_training_set([]))


def test_a_missing_picture_is_refused(make_training_set: MakeTrainingSet):
    path = make_training_set(picture=lambda number: None if number == 5 else b"png")
    with pytest.raises(
        DataError, match=r"Sample color/plain-5 .* one of its pictures has no bytes"
    ):
        read(path)


def test_what_is_no_training_set_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="No training_set at"):
        read(tmp_path)
