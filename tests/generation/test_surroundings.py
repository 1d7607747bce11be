"""Known samples are looked at once, whatever shows them."""

import pytest

from blindspot.core.errors import DataError
from blindspot.core.images import pixels
from generation import looks, surroundings
from generation.likeness import look


def test_every_sample_of_the_benchmark_with_its_looks(world):
    samples = world.benchmark("counting", 3)
    known = surroundings.benchmark_of([world.evaluate(samples)], world.folder.images)
    assert [(k.id, k.question, k.target) for k in known] == [
        (s.id, s.question, s.target) for s in samples
    ]
    for sample, found in zip(samples, known, strict=True):
        data = world.folder.images.path(sample.images[0]).read_bytes()
        assert [p.pixels for p in found.looks] == [look(pixels(data)).pixels]
        assert found.content == sample.attributes["content"]


def test_a_sample_of_several_evaluations_counts_once_and_a_picture_is_looked_at_once(
    world, monkeypatch
):
    looked = []
    monkeypatch.setattr(looks, "look", lambda image: looked.append(1) or look(image))
    first, second = world.benchmark("counting", 2)
    again = second.model_copy(update={"id": "bench/9", "images": first.images})
    paths = [
        world.evaluate([first, second], "evaluation"),
        world.evaluate([first, again], "other"),
    ]
    known = surroundings.benchmark_of(paths, world.folder.images)
    assert [k.id for k in known] == [first.id, second.id, "bench/9"]
    assert known[0].looks[0] is known[2].looks[0]
    assert len(looked) == 2
    surroundings.benchmark_of(paths, world.folder.images)
    assert len(looked) == 2, "they are kept with the run"


def test_a_benchmarks_picture_that_is_gone_is_named(world):
    (sample,) = world.benchmark("counting", 1)
    path = world.evaluate([sample])
    gone = world.folder.images.path(sample.images[0])
    gone.unlink()
    with pytest.raises(DataError, match=sample.images[0]):
        surroundings.benchmark_of([path], world.folder.images)


def test_nothing_earlier_is_nothing(world):
    assert surroundings.earlier_of([], world.folder.images) == []
    assert surroundings.benchmark_of([], world.folder.images) == []
