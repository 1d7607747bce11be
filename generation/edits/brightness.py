"""Change the brightness: every channel times a factor, clipped.

A colour may be called something else afterwards, or a faint thing be lost, so an answer must be
found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image, ImageEnhance
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import unmoved
from generation.family import Box


class Arguments(EditArguments):
    """How much."""

    factor: Annotated[float, Field(ge=0.2, le=3, allow_inf_nan=False)]
    """1 leaves the picture as it is."""


class Brightness:
    """The `brightness` edit."""

    about = "Makes the picture darker or brighter; for bad light."
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
        result = ImageEnhance.Brightness(image).enhance(told.factor)
        return Edited(result, "may change", unmoved(image.size))


PLUGIN: Final[ImageEdit] = Brightness()
