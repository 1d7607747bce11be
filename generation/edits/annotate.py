"""Annotate: a box or an arrow drawn at a region, or a letter set beside it.

A mark is one more thing to see, and may lie on evidence, so an answer must be found anew.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from PIL import Image, ImageDraw
from pydantic import Field

from generation.canvas import Ink, font
from generation.edit import Edited, ImageEdit
from generation.edits._arguments import COLORS, Color, EditArguments, Region, read
from generation.edits._boxes import Pixels, Size, to_pixels, unmoved
from generation.family import Box


class Arguments(EditArguments):
    """What is drawn, and where."""

    mark: Literal["box", "arrow", "letter"]
    """What is drawn."""
    box: Region
    """The region that is marked: x0, y0, x1, y1, each 0 to 1."""
    color: Color = "red"
    """Of the mark."""
    letter: Annotated[str, Field(pattern="^[A-Z]$")] = "A"
    """Of mark `letter`."""


class Annotate:
    """The `annotate` edit."""

    about = (
        "Draws a box around a region, an arrow to its middle, or a letter into its corner; for "
        "questions about what is marked."
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
        region = to_pixels(told.box, image.size)
        result = image.copy()
        pen, ink = ImageDraw.Draw(result), COLORS[told.color]
        if told.mark == "box":
            x0, y0, x1, y1 = region
            pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=ink, width=_stroke(image.size))
        elif told.mark == "arrow":
            _arrow(pen, region, image.size, ink)
        else:
            _letter(pen, region, image.size, told.letter, ink)
        return Edited(result, "may change", unmoved(image.size))


def _stroke(size: Size) -> int:
    return max(2, min(size) // 100)


def _arrow(pen: ImageDraw.ImageDraw, region: Pixels, size: Size, ink: Ink) -> None:
    """An arrow whose tip lies in the middle of the region, from the side with more room."""
    x, y = (region[0] + region[2]) / 2, (region[1] + region[3]) / 2
    length, width = min(size) / 5, _stroke(size)
    side = 1 if x < size[0] / 2 else -1
    head = length / 3
    pen.line((x + side * length, y, x + side * head, y), fill=ink, width=width)
    base = x + side * head
    pen.polygon([(x, y), (base, y - head / 2), (base, y + head / 2)], fill=ink)


def _letter(pen: ImageDraw.ImageDraw, region: Pixels, size: Size, letter: str, ink: Ink) -> None:
    """A letter in the region's upper left corner, with a rim so that it shows on any ground."""
    rim = "black" if sum(ink) > 382 else "white"
    face = font(max(10, min(size) // 12))
    pen.text(region[:2], letter, font=face, fill=ink, stroke_width=2, stroke_fill=rim)


PLUGIN: Final[ImageEdit] = Annotate()
