"""A look that was kept is the one that was found."""

import pickle

import numpy as np
import pytest
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, encode
from generation import looks
from generation.likeness import Look, look
from generation.looks import Looks, opened


def picture(seed: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def same(one: Look, other: Look) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name))
        and getattr(one, name).dtype == getattr(other, name).dtype
        for name in ("bits", "colors", "grey", "windows")
    )
    return one.pixels == other.pixels and arrays


def test_a_look_survives(tmp_path, monkeypatch):
    store = ImageStore(tmp_path / "images")
    names = [store.put(encode(picture(seed))) for seed in range(3)]
    first = Looks(store).of(names, store.open)
    monkeypatch.setattr(looks, "look", None)
    again = Looks(store).of(names, store.open)
    for seed, name in enumerate(names):
        assert same(first[name], look(picture(seed)))
        assert same(again[name], first[name])


def test_a_stowed_look_travels_whole(tmp_path):
    store = ImageStore(tmp_path / "images")
    stowed = Looks(store).stowed(look(picture(1)))
    assert not {"bits", "colors", "grey", "windows"} & vars(stowed).keys()
    arrived = pickle.loads(pickle.dumps(stowed))
    assert type(arrived) is Look
    assert same(arrived, look(picture(1)))
    assert not hasattr(stowed, "size")


def test_a_look_that_somebody_had_is_not_made_again(tmp_path, monkeypatch):
    store, had = ImageStore(tmp_path / "images"), look(picture(1))
    Looks(store).keep({"a.png": had})
    monkeypatch.setattr(looks, "look", None)
    assert same(Looks(store).of(["a.png"], store.open)["a.png"], had)


def test_a_picture_that_is_gone_is_named(tmp_path):
    store = ImageStore(tmp_path / "images")
    with pytest.raises(DataError, match=r"The benchmark's picture .*gone\.png.*Evaluate"):
        Looks(store).of(["gone.png"], lambda n: opened(store, n, "benchmark", "Evaluate again"))
