"""Collage: further pictures beside the picture, in a row or a column.

All get the picture's height (in a row) or width (in a column). More can be counted, compared and
confused, so an answer must be found anew.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from PIL import Image
from pydantic import Field

from generation.edit import Edited, ImageEdit
from generation.edits._arguments import EditArguments, check_size, read
from generation.edits._boxes import Size, clipped, moved
from generation.family import Box


class Arguments(EditArguments):
    """Where the others stand."""

    arrangement: Literal["row", "column"]
    """Side by side, or one below the other."""
    place: Annotated[int, Field(ge=0)] | None = None
    """How many of the others come before the picture; left out: drawn by lot."""


class Collage:
    """The `collage` edit."""

    about = (
        "Puts the picture beside others; for comparing pictures, or for finding the one that "
        "matters."
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
        place = rng.randint(0, len(others)) if told.place is None else told.place
        if not others or place > len(others):
            raise ValueError(f"place: {place} of {len(others)} other pictures")
        in_row = told.arrangement == "row"
        fitted = [_fitted(other, image.size, in_row) for other in others]
        shown = [*fitted[:place], image, *fitted[place:]]
        result, corners = _joined(shown, in_row)
        return Edited(result, "may change", _within(corners[place], image.size, result.size))


def _fitted(other: Image.Image, size: Size, in_row: bool) -> Image.Image:
    """Another picture at the height, or the width, of the first."""
    scale = size[1] / other.height if in_row else size[0] / other.width
    across = max(1, round(scale * (other.width if in_row else other.height)))
    wanted = check_size((across, size[1]) if in_row else (size[0], across))
    return other.convert("RGB").resize(wanted, Image.Resampling.LANCZOS)


def _joined(shown: Sequence[Image.Image], in_row: bool) -> tuple[Image.Image, list[Size]]:
    """The collage, and where each picture's upper left corner lies in it."""
    gap = max(2, min(shown[0].size) // 50)
    corners, at = [], 0
    for picture in shown:
        corners.append((at, 0) if in_row else (0, at))
        at += (picture.width if in_row else picture.height) + gap
    size = (at - gap, shown[0].height) if in_row else (shown[0].width, at - gap)
    result = Image.new("RGB", check_size(size), "white")
    for picture, corner in zip(shown, corners, strict=True):
        result.paste(picture, corner)
    return result, corners


def _within(corner: Size, size: Size, whole: Size) -> Callable[[Box], Box | None]:
    """The mapping of boxes of the one picture into the collage."""
    shift = moved(*corner, whole)

    def box(old: Box) -> Box | None:
        kept = clipped(old, size)
        return shift(kept) if kept else None

    return box


PLUGIN: Final[ImageEdit] = Collage()
