"""Crop: keep a region of the picture at its size.

The answer stays where all its evidence lies within the region; it is gone where any is cut.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, Region, check_size, read
from generation.edits._boxes import effect_of_loss, holds, moved, to_pixels
from generation.family import Box


class Arguments(EditArguments):
    """What is kept."""

    box: Region
    """The region that is kept: x0, y0, x1, y1, each 0 to 1."""


class Crop:
    """The `crop` edit."""

    about = "Keeps one region; for details that should fill the picture, or to leave out the rest."
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
        x0, y0, x1, y1 = kept = to_pixels(told.box, image.size)
        size = check_size((x1 - x0, y1 - y0))
        effect = effect_of_loss(evidence, lambda box: not holds(kept, box))
        return Edited(image.crop(kept), effect, moved(-x0, -y0, size))


PLUGIN: Final[ImageEdit] = Crop()
