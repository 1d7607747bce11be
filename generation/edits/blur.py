"""Blur: a Gaussian blur of a region, or of the whole picture.

Nobody knows whether blurred evidence can still be read, so its answer must be found anew; an answer
whose evidence stays sharp stays.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image, ImageFilter
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, Region, read
from generation.edits._boxes import to_pixels, touches, unmoved
from generation.family import Box


class Arguments(EditArguments):
    """How much, and where."""

    radius: Annotated[float, Field(gt=0, le=0.1, allow_inf_nan=False)]
    """Standard deviation as a share of the shorter side."""
    box: Region | None = None
    """The region: x0, y0, x1, y1, each 0 to 1; left out: the whole picture."""


class Blur:
    """The `blur` edit."""

    about = (
        "Blurs a region or everything; for pictures out of focus, or to make small things hard to "
        "see."
    )
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
        region = to_pixels(told.box or (0, 0, 1, 1), image.size)
        radius = told.radius * min(image.size)
        result = image.copy()
        result.paste(image.crop(region).filter(ImageFilter.GaussianBlur(radius)), region)
        clear = bool(evidence) and not any(touches(region, box) for box in evidence)
        return Edited(result, "keeps" if clear else "may change", unmoved(image.size))


PLUGIN: Final[ImageEdit] = Blur()
