"""Recolour: turn all hues by the same angle; grey, black and white stay.

What is called red may be green afterwards, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import unmoved
from generation.family import Box


class Arguments(EditArguments):
    """How far."""

    degrees: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    """Of the colour circle: 120 turns red into green."""


class Recolour:
    """The `recolour` edit."""

    about = "Turns all hues; for colours that are not what one expects. Shapes and brightness stay."
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
        shift = round(told.degrees / 360 * 256) % 256
        hue, *rest = image.convert("HSV").split()
        turned = hue.point([(value + shift) % 256 for value in range(256)])
        result = Image.merge("HSV", (turned, *rest)).convert("RGB")
        return Edited(result, "may change", unmoved(image.size))


PLUGIN: Final[ImageEdit] = Recolour()
