"""Noise: Gaussian noise on every channel of every pixel, drawn from the random source.

Small things may be lost in it, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import numpy as np
from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import unmoved
from generation.family import Box


class Arguments(EditArguments):
    """How much."""

    strength: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)]
    """Standard deviation as a share of the range of a channel; 0.1 is clearly seen."""


class Noise:
    """The `noise` edit."""

    about = "Adds grain, as of a sensor in the dark; for pictures of poor quality."
    arguments = Arguments.model_json_schema()

    def apply(
        self,
        image: Image.Image,
        arguments: Mapping[str, Any],
        rng: random.Random,
        evidence: Sequence[Box] = (),
        others: Sequence[Image.Image] = (),
    ) -> Edited:
        told = read(Arguments, arguments)
        drawn = np.random.default_rng(rng.getrandbits(64))
        pixels = np.asarray(image.convert("RGB"), dtype=np.float32)
        noise = drawn.standard_normal(pixels.shape, dtype=np.float32) * np.float32(
            255 * told.strength
        )
        noisy = np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)
        return Edited(Image.fromarray(noisy), "may change", unmoved(image.size))


PLUGIN: Final[ImageEdit] = Noise()
