"""Mask: a grey rectangle over a region.

The answer is gone where the region covers any of its evidence, and stays where it covers none.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, Region, read
from generation.edits._boxes import effect_of_loss, to_pixels, touches, unmoved
from generation.family import Box

_GREY: Final = (128, 128, 128)


class Arguments(EditArguments):
    """What is hidden."""

    box: Region
    """The region that is hidden: x0, y0, x1, y1, each 0 to 1."""


class Mask:
    """The `mask` edit."""

    about = "Hides one region behind grey; to take away a hint beside what must be looked at."
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
        hidden = to_pixels(told.box, image.size)
        result = image.copy()
        result.paste(_GREY, hidden)
        effect = effect_of_loss(evidence, lambda box: touches(hidden, box))
        return Edited(result, effect, unmoved(image.size))


PLUGIN: Final[ImageEdit] = Mask()
