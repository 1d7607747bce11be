import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.loading import load_processor
from blindspot.core.model import ModelSettings
from blindspot.core.training_set import TrainingSetArtifact
from training import data
from training.words import Words

MakeTrainingSet = Callable[..., Path]


def read(path: Path):
    return data.read_samples(TrainingSetArtifact(path))


@pytest.fixture
def words(checkpoint: Path) -> Words:
    return Words(load_processor(ModelSettings(checkpoint=str(checkpoint))), {}, 3)


def test_rows_come_in_the_order_given(make_training_set: MakeTrainingSet, words: Words):
    table = read(make_training_set([("color/plain", "is it red", "no", 3)]))
    rows = data.dataset(table, [2, 0, 2], words)
    assert [row["id"] for row in rows] == ["color/plain-2", "color/plain-0", "color/plain-2"]  # pyright: ignore
    row = rows[0]
    content = [{"type": "image", "text": None}, {"type": "text", "text": "is it red"}]
    assert row["prompt"] == [{"role": "user", "content": content}]
    assert row["asked"] == "<user><image>is it red<assistant>"
    assert row["completion"] == "no<eos>"
    assert row["category"] == "color/plain"
    assert row["options"] == []
    assert row["images"][0].getpixel((0, 0)) == (198, 10, 30)


def test_a_picture_stands_at_its_mark(make_training_set: MakeTrainingSet, words: Words):
    table = read(make_training_set([("color/plain", "is <image> red", "no", 1)]))
    row = data.dataset(table, [0], words)[0]
    assert row["asked"] == "<user>is<image>red<assistant>"
    kinds = [part["type"] for part in row["prompt"][0]["content"]]
    assert kinds == ["text", "image", "text"]


def test_a_pair_stands_on_the_pictures_of_its_sample(
    make_training_set: MakeTrainingSet, words: Words
):
    negatives = [("color/plain-1", "yes"), ("color/plain-0", "one"), ("color/plain-1", "two")]
    path = make_training_set([("color/plain", "is it red", "no", 2)], negatives=negatives)
    table = data.read_pairs(TrainingSetArtifact(path))
    rows = data.dataset(table, [0, 1, 2], words)
    assert [(r["id"], r["chosen"], r["rejected"]) for r in rows] == [  # pyright: ignore
        ("color/plain-1", "no<eos>", "yes<eos>"),
        ("color/plain-0", "no<eos>", "one<eos>"),
        ("color/plain-1", "no<eos>", "two<eos>"),
    ]
    assert [r["images"][0].getpixel((0, 0))[0] for r in rows] == [199, 200, 199]  # pyright: ignore


def test_a_training_set_without_pairs_says_what_to_set(make_training_set: MakeTrainingSet):
    with pytest.raises(DataError, match=r"no negatives.*generation\.negatives\.samples"):
        data.read_pairs(TrainingSetArtifact(make_training_set()))


def test_a_pair_of_no_training_sample_is_refused(make_training_set: MakeTrainingSet):
    path = make_training_set(negatives=[("color/plain-99", "yes")])
    with pytest.raises(DataError, match=r"not in the train split \(color/plain-99"):
        data.read_pairs(TrainingSetArtifact(path))


def test_samples_per_cell(make_training_set: MakeTrainingSet):
    cells = [("color/plain", "is it red", "no", 3), ("count/plain", "what", "one", 2)]
    assert data.per_cell(read(make_training_set(cells))) == {"color/plain": 3, "count/plain": 2}


def test_an_empty_training_set_is_refused(make_training_set: MakeTrainingSet):
    with pytest.raises(DataError, match="its train split has no samples"):
        read(make_training_set([]))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (None, "has no bytes"),
        (b"", "has no bytes"),
        (b"<html>404 Not Found</html>", r"cannot be read \(UnidentifiedImageError\)"),
    ],
)
def test_a_missing_picture_is_refused(
    make_training_set: MakeTrainingSet, bad: bytes | None, said: str
):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    path = make_training_set(picture=lambda number: bad if number == 5 else buffer.getvalue())
    with pytest.raises(DataError, match=rf"Sample color/plain-5 .* one of its pictures {said}"):
        read(path)


def test_pass_rates_are_those_of_generation(make_training_set: MakeTrainingSet):
    path = make_training_set(pass_rate=lambda number: None if number == 1 else number / 16)
    assert data.pass_rates(read(path))[:3] == [0.0, None, 0.125]
    unmeasured = read(make_training_set(name="unmeasured"))
    with pytest.raises(DataError, match=r"curriculum.*generation\.difficulty\.enabled = true"):
        data.pass_rates(unmeasured)


def test_what_is_no_training_set_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="No training_set at"):
        read(tmp_path)
