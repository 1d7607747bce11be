"""Windows cover a picture, and their hashes follow its contents."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.likeness import SIDE, look
from generation.likeness.windows import (
    LEAST_AREA,
    hashes,
    sampling,
    whole_hash,
    windows,
)


def noise(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((64, 48), Image.Resampling.BICUBIC)


def area(window):
    (x0, x1), (y0, y1) = window.across, window.down
    return (x1 - x0) * (y1 - y0)


@given(st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 1), st.floats(0, 1))
def test_every_crop_of_half_the_area_lies_near_a_window(w, h, x, y):
    if w * h < 0.5:
        return
    box = (x * (1 - w), x * (1 - w) + w, y * (1 - h), y * (1 - h) + h)
    gaps = [
        max(abs(a - b) for a, b in zip(box, (*v.across, *v.down), strict=True)) for v in windows()
    ]
    assert min(gaps) <= 0.081


def test_the_first_window_is_the_whole_and_none_is_too_small():
    assert (windows()[0].across, windows()[0].down) == ((0.0, 1.0), (0.0, 1.0))
    assert min(area(w) for w in windows()) >= LEAST_AREA - 1e-9
    assert len(windows()) == len(hashes(look(noise(0)).grey))


@given(st.integers(0, 50), st.floats(0.3, 1), st.floats(-30, 30))
def test_brightness_and_contrast_hardly_change_a_hash(seed, contrast, brightness):
    grey = look(noise(seed)).grey
    changed = np.clip((grey.astype(float) - 128) * contrast * 0.7 + 128 + brightness, 0, 255)
    plain = ((grey.astype(float) - 128) * 0.7 + 128).astype(np.uint8)
    different = hashes(plain) ^ hashes(changed.astype(np.uint8))
    assert np.bitwise_count(different).mean() <= 3


def test_the_whole_hash_is_the_first():
    grey = look(noise(1)).grey
    assert whole_hash(grey) == hashes(grey)[0]


def test_a_mean_over_equal_parts_of_a_span():
    ramp = np.arange(SIDE, dtype=np.float32)
    (whole, half) = sampling(np.array([[0.0, 1.0], [0.5, 1.0]]), 2) @ ramp
    assert whole.tolist() == [11.5, 35.5]
    assert half.tolist() == [29.5, 41.5]
