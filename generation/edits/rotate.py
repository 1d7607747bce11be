"""Rotate: turn the picture about its middle, on white, as large as it takes.

What is left of what, above what, or upright changes, so an answer must be found anew. A box becomes
the box around its turned corners.
"""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, check_size, read
from generation.edits._boxes import Size, clipped
from generation.family import Box


class Arguments(EditArguments):
    """How far."""

    degrees: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    """Anticlockwise; multiples of 90 lose nothing."""


class Rotate:
    """The `rotate` edit."""

    about = "Turns the picture anticlockwise; for reading and comparing at unusual angles."
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
        result = image.rotate(
            told.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255)
        )
        check_size(result.size)

        def box(old: Box) -> Box | None:
            return clipped(_turned(old, told.degrees, image.size, result.size), result.size)

        return Edited(result, "may change", box)


def _turned(box: Box, degrees: float, before: Size, after: Size) -> Box:
    """The box around the corners of a box, turned about the middle."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [
        (x - before[0] / 2, y - before[1] / 2) for x in (box[0], box[2]) for y in (box[1], box[3])
    ]
    xs = [round(x * cos + y * sin + after[0] / 2, 6) for x, y in corners]
    ys = [round(y * cos - x * sin + after[1] / 2, 6) for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


PLUGIN: Final[ImageEdit] = Rotate()
