import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core.images import ImageStore, encode
from reports.pictures import (
    LONG_SIDE,
    QUALITY,
    STEPS,
    Chosen,
    Gallery,
    Priority,
    Thumbnail,
    shrink,
)


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
    assert (chosen.left_out, chosen.unreadable) == (2, frozenset())


def test_a_picture_asked_for_twice_counts_once_by_its_best_priority(store: ImageStore):
    gallery = Gallery(store)
    first, second = (store.put(encode(noise(i))) for i in range(2))
    for name in (first, second, second):
        gallery.want(name, Priority.TRAINING)
    gallery.want(second, Priority.FAILING)
    assert list(gallery.choose(300, 10**9).thumbnails) == [second, first]


def filled(store: ImageStore, many: int) -> Gallery:
    gallery = Gallery(store)
    for i in range(many):
        gallery.want(store.put(encode(noise(i))), Priority.FAILING)
    return gallery


def weight(chosen: Chosen) -> int:
    return sum(len(t.uri) for t in chosen.thumbnails.values())


def test_pictures_that_weigh_too_much_are_made_smaller_before_one_is_left_out(store: ImageStore):
    gallery = filled(store, 5)
    best = gallery.choose(300, 10**9)
    assert (best.long_side, best.quality) == (LONG_SIDE, QUALITY)
    limit = weight(best)
    assert gallery.choose(300, limit) == best
    sides = [best.long_side]
    for part in (0.9, 0.5, 0.3):
        chosen = gallery.choose(300, int(part * limit))
        assert weight(chosen) <= part * limit
        assert (len(chosen.thumbnails), chosen.left_out) == (5, 0)
        assert (chosen.long_side, chosen.quality) in STEPS[1:]
        sides.append(chosen.long_side)
    assert sides == sorted(sides, reverse=True)


def test_in_the_smallest_size_the_first_that_fit_stay(store: ImageStore):
    gallery = filled(store, 5)
    assert gallery.choose(300, 0).thumbnails == {}
    smallest = shrink(noise(0), "p", *STEPS[-1])
    chosen = gallery.choose(300, int(2.5 * len(smallest.uri)))
    assert (chosen.long_side, chosen.quality) == STEPS[-1]
    assert 1 <= len(chosen.thumbnails) < 5
    assert len(chosen.thumbnails) + chosen.left_out == 5


def test_a_tiny_picture_keeps_its_pixels_in_every_step(store: ImageStore):
    gallery = Gallery(store)
    name = store.put(encode(noise(0, 48)))
    gallery.want(name, Priority.FAILING)
    best = gallery.choose(300, 10**9).thumbnails[name]
    assert gallery.choose(300, len(best.uri)).thumbnails == {name: best}


def test_pictures_are_kept_in_full_size_beside_the_page(store: ImageStore, tmp_path: Path):
    gallery = Gallery(store)
    data = encode(noise(1, 1000))
    name = store.put(data)
    for wanted in (name, f"{'0' * 64}.png", "../../etc/passwd"):
        gallery.want(wanted, Priority.FAILING)
    gallery.keep(tmp_path / "page-images")
    assert [p.name for p in (tmp_path / "page-images").iterdir()] == [name]
    assert (tmp_path / "page-images" / name).read_bytes() == data


@pytest.mark.parametrize("name", ["../../etc/passwd", f"{'0' * 64}.png", "x"])
def test_what_is_no_picture_of_the_store_is_counted_as_unreadable(store: ImageStore, name: str):
    gallery = Gallery(store)
    gallery.want(name, Priority.FAILING)
    chosen = gallery.choose(300, 10**9)
    assert (chosen.thumbnails, chosen.unreadable) == ({}, {name})


def test_bytes_from_elsewhere_are_used_where_the_store_lacks_them(store: ImageStore):
    gallery = Gallery(store)
    gallery.want("a", Priority.TRAINING, lambda: encode(noise(1)))
    gallery.want("b", Priority.TRAINING, lambda: b"no picture")
    chosen = gallery.choose(300, 10**9)
    assert (list(chosen.thumbnails), chosen.unreadable) == (["a"], {"b"})
