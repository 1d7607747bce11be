"""Shards load as a Hugging Face dataset, and back as records."""

import json

import pytest

from blindspot.core.artifact import Draft
from blindspot.core.records import TrainingSample
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from generation import shards
from generation.shards import write_split


@pytest.fixture
def samples(kit, world):
    return [training_sample(kit, world, i) for i in range(5)]


def training_sample(kit, world, number: int) -> TrainingSample:
    made = kit.candidate("counting", f"s{number}")
    return TrainingSample(
        id=f"train/counting/geometric/{number}",
        split="train",
        cell="counting/geometric",
        question=made.question,
        prompt=made.question,
        images=tuple(world.folder.images.put(data) for data in made.images),
        target=made.target,
        answer_kind="number",
        capability="counting",
        image_type="geometric",
        attributes={"objects": "few"},
        source="test",
        content=made.content,
        evidence=((1.0, 2.0, 3.0, 4.5),),
        pass_rate=0.5 if number else None,
        rollouts=8,
    )


def written(world, samples, name="set"):
    draft = Draft(world.root / name, "training_set", {}, {})
    images = world.folder.images
    write_split(draft.path / "train", samples, lambda n: images.path(n).read_bytes())
    draft.publish()
    return TrainingSetArtifact(world.root / name)


def test_samples_come_back_as_they_were(world, samples):
    artifact = written(world, samples)
    assert read_split(artifact, "train") == samples
    assert read_split(artifact, "canary") == []
    pictures = read_pictures(artifact, "train")
    stored = world.folder.images
    assert pictures == {n: stored.path(n).read_bytes() for s in samples for n in s.images}


def test_equal_samples_give_equal_bytes(world, samples):
    one, two = written(world, samples, "one"), written(world, samples, "two")
    assert [p.read_bytes() for p in one.shards("train")] == [
        p.read_bytes() for p in two.shards("train")
    ]


def test_large_splits_are_cut(world, samples, monkeypatch):
    monkeypatch.setattr(shards, "SHARD", 2)
    artifact = written(world, samples)
    assert [p.name for p in artifact.shards("train")] == [f"{i:04d}.parquet" for i in range(3)]
    assert read_split(artifact, "train") == samples


def test_an_empty_split_keeps_its_columns(world):
    artifact = written(world, [])
    assert len(artifact.shards("train")) == 1
    assert read_split(artifact, "train") == []


def test_datasets_loads_the_pictures(world, samples, tmp_path):
    datasets = pytest.importorskip("datasets")
    artifact = written(world, samples)
    files = [str(p) for p in artifact.shards("train")]
    loaded = datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded.features["images"] == datasets.List(datasets.Image())
    assert loaded[0]["images"][0].size == (48, 48)
    assert json.loads(loaded[0]["attributes"]) == {"objects": "few"}
    assert loaded[1]["pass_rate"] == 0.5
