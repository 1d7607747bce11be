"""Flip: mirror the picture.

Left and right, clockwise, and all writing change, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from PIL import Image

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import clipped
from generation.family import Box


class Arguments(EditArguments):
    """Which way."""

    axis: Literal["left_right", "top_bottom"]
    """Which sides change places."""


class Flip:
    """The `flip` edit."""

    about = "Mirrors the picture; for relations in space. Writing becomes mirror writing."
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
        (width, height), across = image.size, told.axis == "left_right"

        def box(old: Box) -> Box | None:
            x0, y0, x1, y1 = old
            mirrored = (width - x1, y0, width - x0, y1)
            return clipped(mirrored if across else (x0, height - y1, x1, height - y0), image.size)

        way = Image.Transpose.FLIP_LEFT_RIGHT if across else Image.Transpose.FLIP_TOP_BOTTOM
        return Edited(image.transpose(way), "may change", box)


PLUGIN: Final[ImageEdit] = Flip()
