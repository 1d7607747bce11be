"""What stands on a plain background."""

import numpy as np
from PIL import Image, ImageDraw

from diagnostics.labelling.blobs import SIDE, look


def test_pieces_have_boxes_and_areas():
    image = Image.new("RGB", (60, 40), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((5, 10, 14, 19), fill="red")
    draw.rectangle((30, 2, 33, 37), fill="black")
    blobs = look(image)
    assert blobs is not None
    assert sorted(blobs.areas.tolist()) == [100, 144]
    assert {tuple(box) for box in blobs.boxes.tolist()} == {(10, 5, 20, 15), (2, 30, 38, 34)}
    assert blobs.side == 60
    first = blobs.areas.tolist().index(100)
    assert (blobs.heights[first], blobs.widths[first]) == (10, 10)
    assert blobs.mask(first).all()


def test_the_background_may_be_any_colour_and_a_little_uneven():
    rng = np.random.default_rng(0)
    pixels = np.full((50, 50, 3), (20, 40, 90)) + rng.integers(-4, 5, (50, 50, 3))
    pixels[10:20, 10:20] = 255
    blobs = look(Image.fromarray(pixels.astype(np.uint8)))
    assert blobs is not None
    assert blobs.areas.tolist() == [100]


def test_a_picture_without_plain_background_has_none():
    rng = np.random.default_rng(0)
    assert look(Image.fromarray(rng.integers(0, 256, (80, 80, 3), dtype=np.uint8))) is None
    ramp = np.tile(np.arange(256, dtype=np.uint8)[:, None], (1, 100))
    assert look(Image.fromarray(np.stack([ramp] * 3, axis=2))) is None


def test_an_empty_picture_has_no_pieces():
    blobs = look(Image.new("RGB", (1, 1), "black"))
    assert blobs is not None
    assert blobs.areas.size == 0
    assert blobs.boxes.shape == (0, 4)


def test_large_pictures_are_reduced_whatever_their_shape():
    blobs = look(Image.new("RGB", (4000, 2), "white"))
    assert blobs is not None
    assert blobs.ink.shape == (1, SIDE)
