"""Boxes of a picture that is edited: relative to pixels, clipped, covered, scaled.

>>> to_pixels((0.0, 0.5, 0.5, 1.0), (10, 20))
(0, 10, 5, 20)
"""

import math
from collections.abc import Callable, Sequence

from generation.edit import Effect
from generation.family import Box

Size = tuple[int, int]
"""Width and height in pixels."""
Pixels = tuple[int, int, int, int]


def to_pixels(region: Box, size: Size) -> Pixels:
    """The whole pixels that a relative region touches. Raises ValueError where it is empty."""
    (x0, y0, x1, y1), (width, height) = region, size
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"the region {region} is empty: it must be x0 < x1, y0 < y1")
    left, top = math.floor(x0 * width), math.floor(y0 * height)
    return left, top, math.ceil(x1 * width), math.ceil(y1 * height)


def clipped(box: Box, size: Size) -> Box | None:
    """The part of a box within a picture; None where there is none."""
    x0, y0 = max(0.0, box[0]), max(0.0, box[1])
    x1, y1 = min(float(size[0]), box[2]), min(float(size[1]), box[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def touches(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    return max(one[0], other[0]) < min(one[2], other[2]) and max(one[1], other[1]) < min(
        one[3], other[3]
    )


def holds(outer: Box, inner: Box) -> bool:
    """Whether one box lies within another, edges included."""
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def effect_of_loss(evidence: Sequence[Box], is_lost: Callable[[Box], bool]) -> Effect:
    """What becomes of an answer when some of the picture goes: it is gone with any of its evidence,
    and nobody knows where the evidence is not known.
    """
    if not evidence:
        return "may change"
    return "destroys" if any(is_lost(box) for box in evidence) else "keeps"


def moved(dx: float, dy: float, size: Size, scale: float = 1.0) -> Callable[[Box], Box | None]:
    """The mapping of boxes that are scaled, then moved, into a picture of `size`."""

    def box(old: Box) -> Box | None:
        x0, y0, x1, y1 = (scale * edge for edge in old)
        return clipped((x0 + dx, y0 + dy, x1 + dx, y1 + dy), size)

    return box


def unmoved(size: Size) -> Callable[[Box], Box | None]:
    """The mapping where every pixel stays where it is."""
    return moved(0, 0, size)
