"""A look that is turned is the look of the turned picture."""

import numpy as np
from PIL import Image

from generation.likeness import look
from generation.likeness.turns import TURNS, turned


def test_turns_are_pillows():
    pixels = np.random.default_rng(2).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    image = Image.fromarray(pixels).resize((64, 48), Image.Resampling.BICUBIC)
    looks = [turned(look(image), turn) for turn in TURNS]
    pillow = [look(image.transpose(method)) for method in Image.Transpose]
    for one in looks:
        assert min(int(np.abs(one.grey.astype(int) - p.grey).max()) for p in pillow) <= 1
        assert min(int(np.abs(one.colors.astype(int) - p.colors).max()) for p in pillow) <= 1
    assert len({one.grey.tobytes() for one in looks}) == 7
