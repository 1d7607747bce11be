"""A look is made of pixels alone."""

import io
import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.family import draw, families
from generation.likeness import hamming, look

WORDS = st.integers(0, 2**64 - 1)


@given(st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=1, max_size=5), st.data())
def test_hamming_counts_differing_bits(rows, data):
    one = data.draw(st.lists(WORDS, min_size=4, max_size=4))
    expected = [sum((a ^ b).bit_count() for a, b in zip(row, one, strict=True)) for row in rows]
    found = hamming(np.array(rows, dtype=np.uint64), np.array(one, dtype=np.uint64))
    assert found.tolist() == expected


def test_pixels_are_the_same_whatever_the_file():
    image = draw(families.load("counting"), "p", 48).image
    stored = io.BytesIO()
    image.save(stored, format="WEBP", lossless=True)
    assert look(Image.open(stored)).pixels == look(image).pixels


def test_the_same_bytes_in_another_shape_are_other_pixels():
    image = Image.new("RGB", (20, 10), "red")
    assert look(image).pixels != look(image.resize((10, 20))).pixels


def test_a_look_is_small():
    assert len(pickle.dumps(look(Image.new("RGB", (1000, 700), "red")))) < 8192
