"""When two pictures are the same picture; the figures stand in the module's docstring."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from generation.family import draw, families
from generation.likeness import Limits, hamming, look
from generation.likeness.gallery import Gallery

LIMITS = Limits(bits=32, color=100)
WORDS = st.integers(0, 2**64 - 1)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


COPIES = {
    "jpeg": lambda image: jpeg(image, 75),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.85),
    "lighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "smaller": lambda image: image.resize((36, 36), Image.Resampling.BICUBIC),
    "larger": lambda image: image.resize((96, 96), Image.Resampling.BICUBIC),
}


def drawings(family: str, count: int, prefix: str, *, reserved: bool = False):
    plugin = families.load(family)
    return [draw(plugin, f"{prefix}{i}", 48, reserved=reserved) for i in range(count)]


@given(st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=1, max_size=5), st.data())
def test_hamming_counts_differing_bits(rows, data):
    one = data.draw(st.lists(WORDS, min_size=4, max_size=4))
    expected = [sum((a ^ b).bit_count() for a, b in zip(row, one, strict=True)) for row in rows]
    found = hamming(np.array(rows, dtype=np.uint64), np.array(one, dtype=np.uint64))
    assert found.tolist() == expected


def test_pixels_are_the_same_whatever_the_file():
    image = drawings("counting", 1, "p")[0].image
    stored = io.BytesIO()
    image.save(stored, format="WEBP", lossless=True)
    assert look(Image.open(stored)).pixels == look(image).pixels


@pytest.mark.parametrize("copy", COPIES)
def test_transformed_copies_are_found(copy):
    names = ("counting", "chart_extremum", "ocr_digits", "clock", "color")
    found = total = 0
    for drawing in (d for name in names for d in drawings(name, 20, "planted")):
        gallery = Gallery(LIMITS)
        gallery.put("q", "planted", look(drawing.image.convert("RGB")))
        found += gallery.find("q", look(COPIES[copy](drawing.image.convert("RGB")))) is not None
        total += 1
    assert found / total >= 0.98


def test_fresh_pictures_are_not_taken_for_benchmark_ones():
    names = ("counting", "chart_extremum", "chart_counting", "ocr_digits")
    wrong = total = 0
    for name in names:
        gallery = Gallery(LIMITS)
        for d in drawings(name, 100, "bench", reserved=True):
            gallery.put(d.question, "bench", look(d.image))
        for d in drawings(name, 100, "fresh"):
            wrong += gallery.find(d.question, look(d.image)) is not None
            total += 1
    assert wrong / total <= 0.005


def test_the_same_picture_under_another_key_is_another_matter():
    picture = look(drawings("counting", 1, "k")[0].image)
    gallery = Gallery(LIMITS)
    gallery.put("how many?", "a", picture)
    assert gallery.find("how many?", picture) == ("a", "same pixels")
    assert gallery.find("which color?", picture) is None


def test_the_nearest_of_many_is_named():
    gallery = Gallery(LIMITS)
    pictures = [look(d.image) for d in drawings("counting", 50, "n")]
    for i, picture in enumerate(pictures):
        gallery.put("q", str(i), picture)
    assert [gallery.find("q", p) for p in pictures] == [(str(i), "same pixels") for i in range(50)]
