"""The arguments of an edit: read strictly, by the schema that the image editor is shown."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from blindspot.core.images import MAX_PIXELS
from blindspot.core.records import Record

MIN_SIDE: Final = 16
"""Pixels; an edit that leaves less of a picture leaves nothing to ask about."""
COLORS: Final = {
    "red": (220, 40, 40),
    "green": (40, 170, 60),
    "blue": (50, 80, 220),
    "yellow": (235, 205, 40),
    "black": (25, 25, 25),
    "white": (255, 255, 255),
}

Color = Literal["red", "green", "blue", "yellow", "black", "white"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Region = tuple[Share, Share, Share, Share]
"""x0, y0, x1, y1 as shares of width and height."""


class EditArguments(Record):
    """Base of all arguments; the sentences under the fields stand in the schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


A = TypeVar("A", bound=EditArguments)


def read(kind: type[A], arguments: Mapping[str, Any]) -> A:
    """The arguments as their record. Raises ValueError, in one line, for any that is missing,
    unknown, of another type or out of range.
    """
    try:
        return kind.model_validate_json(json.dumps(dict(arguments)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise ValueError(f"{where}: {first['msg']}") from None
    except (TypeError, RecursionError) as error:
        raise ValueError(f"arguments: not JSON ({error})") from None


def check_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size that a picture would get, if it may. Raises ValueError where it is too small to ask
    about or larger than any picture may be.
    """
    width, height = size
    if min(size) < MIN_SIDE or width * height > MAX_PIXELS:
        raise ValueError(f"it would leave a picture of {width}×{height} pixels")
    return size
