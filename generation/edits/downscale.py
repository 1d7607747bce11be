"""Downscale: fewer pixels, the same proportions.

Small print may no longer be read, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, check_size, read
from generation.edits._boxes import clipped
from generation.family import Box


class Arguments(EditArguments):
    """How far."""

    factor: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    """New width over old width."""


class Downscale:
    """The `downscale` edit."""

    about = "Makes the picture smaller; for reading at low resolution."
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
        width, height = (round(told.factor * side) for side in image.size)
        result = image.resize(check_size((width, height)), Image.Resampling.LANCZOS)
        across, down = width / image.width, height / image.height

        def box(old: Box) -> Box | None:
            scaled = (old[0] * across, old[1] * down, old[2] * across, old[3] * down)
            return clipped(scaled, result.size)

        return Edited(result, "may change", box)


PLUGIN: Final[ImageEdit] = Downscale()
