import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core.images import ImageStore, encode
from reports.pictures import Gallery, Priority, Thumbnail, shrink


def noise(seed: int, side: int = 400) -> Image.Image:
    return Image.effect_noise((side, side // 2), 40 + seed).convert("RGB")


def decoded(thumbnail: Thumbnail) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(thumbnail.uri.partition(",")[2])))


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "images")


def test_a_tiny_picture_keeps_every_pixel():
    picture = noise(0, 48)
    thumbnail = shrink(picture.copy(), "p")
    assert thumbnail.tiny
    assert decoded(thumbnail).convert("RGB").tobytes() == picture.tobytes()


def test_a_large_picture_is_a_small_webp():
    thumbnail = shrink(noise(0, 1000), "p")
    assert not thumbnail.tiny
    assert thumbnail.uri.startswith("data:image/webp;base64,")
    assert decoded(thumbnail).size == (320, 160)


def test_evidence_comes_first_when_there_are_too_many(store: ImageStore):
    gallery = Gallery(store)
    names = [store.put(encode(noise(i))) for i in range(4)]
    for name, priority in zip(names, (2, 1, 0, 2), strict=True):
        gallery.want(name, Priority(priority))
    chosen = gallery.choose(most=2, most_bytes=10**9)
    assert list(chosen.thumbnails) == [names[2], names[1]]
    assert (chosen.left_out, chosen.unreadable) == (2, 0)


def test_a_picture_asked_for_twice_counts_once_by_its_best_priority(store: ImageStore):
    gallery = Gallery(store)
    first, second = (store.put(encode(noise(i))) for i in range(2))
    for name in (first, second, second):
        gallery.want(name, Priority.TRAINING)
    gallery.want(second, Priority.FAILING)
    assert list(gallery.choose(300, 10**9).thumbnails) == [second, first]


def test_the_byte_limit_holds(store: ImageStore):
    gallery = Gallery(store)
    for i in range(5):
        gallery.want(store.put(encode(noise(i))), Priority.FAILING)
    one = next(iter(gallery.choose(1, 10**9).thumbnails.values()))
    chosen = gallery.choose(300, int(2.5 * len(one.uri)))
    assert 1 <= len(chosen.thumbnails) <= 3
    assert len(chosen.thumbnails) + chosen.left_out == 5


@pytest.mark.parametrize("name", ["../../etc/passwd", f"{'0' * 64}.png", "x"])
def test_what_is_no_picture_of_the_store_is_counted_as_unreadable(store: ImageStore, name: str):
    gallery = Gallery(store)
    gallery.want(name, Priority.FAILING)
    chosen = gallery.choose(300, 10**9)
    assert (chosen.thumbnails, chosen.unreadable) == ({}, 1)


def test_bytes_from_elsewhere_are_used_where_the_store_lacks_them(store: ImageStore):
    gallery = Gallery(store)
    gallery.want("a", Priority.TRAINING, lambda: encode(noise(1)))
    gallery.want("b", Priority.TRAINING, lambda: b"no picture")
    chosen = gallery.choose(300, 10**9)
    assert (list(chosen.thumbnails), chosen.unreadable) == (["a"], 1)
