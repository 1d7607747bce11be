"""Grayscale: brightness alone.

Colours can no longer be told apart, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import unmoved
from generation.family import Box


class Arguments(EditArguments):
    """Nothing is told."""


class Grayscale:
    """The `grayscale` edit."""

    about = "Takes all colour away; for what must be told by shape, brightness or writing alone."
    arguments = Arguments.model_json_schema()

    def apply(
        self,
        image: Image.Image,
        arguments: Mapping[str, Any],
        rng: random.Random,
        evidence: Sequence[Box] = (),
        others: Sequence[Image.Image] = (),
    ) -> Edited:
        read(Arguments, arguments)
        return Edited(image.convert("L").convert("RGB"), "may change", unmoved(image.size))


PLUGIN: Final[ImageEdit] = Grayscale()
