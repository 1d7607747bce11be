"""Pad: an even margin on all four sides.

Nothing is lost and nothing added, and the middle stays the middle: the answer stays. What is given
in coordinates moves with its box.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import COLORS, Color, EditArguments, check_size, read
from generation.edits._boxes import moved
from generation.family import Box


class Arguments(EditArguments):
    """How wide, and in which colour."""

    margin: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Width of the margin as a share of the longer side."""
    color: Color = "white"
    """Of the margin."""


class Pad:
    """The `pad` edit."""

    about = "Adds an even margin; for things that are small in the picture."
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
        margin = max(1, round(told.margin * max(image.size)))
        size = check_size((image.width + 2 * margin, image.height + 2 * margin))
        result = Image.new("RGB", size, COLORS[told.color])
        result.paste(image, (margin, margin))
        return Edited(result, "keeps", moved(margin, margin, size))


PLUGIN: Final[ImageEdit] = Pad()
