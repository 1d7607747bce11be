"""A picture to edit, and the edits by name."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generation.edit import Edited, edits

Make = Callable[..., Edited]


@pytest.fixture
def picture() -> Image.Image:
    """100 × 50 pixels: red in the upper left quarter, green in the lower right, white elsewhere."""
    image = Image.new("RGB", (100, 50), "white")
    image.paste((255, 0, 0), (0, 0, 50, 25))
    image.paste((0, 255, 0), (50, 25, 100, 50))
    return image


@pytest.fixture
def busy() -> Image.Image:
    """80 × 60 pixels, no two alike."""
    values = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.fixture
def make() -> Make:
    """`make("crop", picture, box=[0, 0, 0.5, 0.5])`."""

    def made(
        name: str,
        image: Image.Image,
        evidence: Sequence[tuple[float, float, float, float]] = (),
        others: Sequence[Image.Image] = (),
        seed: str = "s",
        **arguments: Any,
    ) -> Edited:
        return edits.load(name).apply(image, arguments, random.Random(seed), evidence, others)

    return made
