"""Overlay text: a line of print on a band across the picture, as of a caption or a watermark.

The answer is gone where the band covers any of its evidence. Elsewhere the line is one more thing
to read, so the answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from PIL import Image, ImageDraw, ImageFont
from pydantic import Field

from generation.canvas import font
from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, read
from generation.edits._boxes import Pixels, Size, touches, unmoved
from generation.family import Box


class Arguments(EditArguments):
    """What is written, and where."""

    text: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[ -~]+$")]
    """One line, in ASCII."""
    place: Literal["top", "middle", "bottom"]
    """Where the band lies."""


class OverlayText:
    """The `overlay_text` edit."""

    about = (
        "Sets a line of text on a band; for reading among other print, or for words that mislead."
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
        band = _band(image.size, told.place)
        result = image.copy()
        result.paste((255, 255, 255), band)
        pen = ImageDraw.Draw(result)
        middle = ((band[0] + band[2]) / 2, (band[1] + band[3]) / 2)
        pen.text(middle, told.text, font=_face(told.text, band), fill=(0, 0, 0), anchor="mm")
        covered = any(touches(band, box) for box in evidence)
        return Edited(result, "destroys" if covered else "may change", unmoved(image.size))


def _band(size: Size, place: str) -> Pixels:
    """A tenth of the height, at least 16 pixels."""
    width, height = size
    depth = min(height, max(16, height // 10))
    top = {"top": 0, "middle": (height - depth) // 2, "bottom": height - depth}[place]
    return 0, top, width, top + depth


def _face(text: str, band: Pixels) -> ImageFont.FreeTypeFont:
    """The font in which the text fits into the band; ValueError where it would be too small."""
    width, depth = band[2] - band[0], band[3] - band[1]
    at_hundred = font(100).getlength(text)
    pixels = int(min(0.7 * depth, 95 * width / at_hundred))
    if pixels < 8:
        raise ValueError(f"text: {len(text)} characters do not fit into {width} pixels")
    return font(pixels)


PLUGIN: Final[ImageEdit] = OverlayText()
