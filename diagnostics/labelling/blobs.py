"""What is drawn on a plain background: its connected pieces, as arrays.

Only pictures with one clear background colour have blobs; of a photograph `look` says None, since
what stands before what cannot be told from its pixels.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SIDE: Final = 768
"""Larger pictures are reduced to this many pixels on the longer side."""
PLAIN: Final = 0.4
"""Share of pixels that must be of the background's colour."""
NEAR: Final = 12
"""Levels within which a pixel is of the background's colour."""
FAR: Final = 48
"""Levels from which it is something else; what lies between is the edge of something."""


@dataclass(frozen=True)
class Blobs:
    """The pieces of one picture; arrays run along them."""

    pixels: NDArray[np.int16]
    """(height, width, 3), RGB, as looked at."""
    ink: Bools
    """(height, width), where something stands."""
    labels: NDArray[np.int32]
    """(height, width), number of the piece + 1, or 0."""
    boxes: Ints
    """(n, 4): top, left, bottom, right; the latter two are exclusive."""
    areas: Ints
    """Pixels of each."""

    @property
    def heights(self) -> Ints:
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def widths(self) -> Ints:
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def side(self) -> int:
        """The longer side in pixels."""
        return max(self.ink.shape)

    def mask(self, number: int) -> Bools:
        """One piece within its box."""
        top, left, bottom, right = self.boxes[number]
        return self.labels[top:bottom, left:right] == number + 1


def look(image: Image.Image) -> Blobs | None:
    """The pieces of an RGB picture, or None without a plain background."""
    pixels = np.asarray(_reduced(image)).astype(np.int16)
    distance = np.abs(pixels - _commonest(pixels)).max(axis=2)
    if (distance <= NEAR).mean() < PLAIN:
        return None
    ink = distance > FAR
    labels = np.zeros(ink.shape, dtype=np.int32)
    ndimage.label(ink, structure=np.ones((3, 3), dtype=int), output=labels)
    found = ndimage.find_objects(labels)
    boxes = [(y.start, x.start, y.stop, x.stop) for y, x in filter(None, found)]
    return Blobs(
        pixels=pixels,
        ink=ink,
        labels=labels,
        boxes=np.array(boxes, dtype=np.int64).reshape(-1, 4),
        areas=np.bincount(labels.ravel(), minlength=len(found) + 1)[1:],
    )


def _reduced(image: Image.Image) -> Image.Image:
    factor = SIDE / max(image.size)
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BOX)


def _commonest(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    """The commonest colour, to 16 levels and then exactly."""
    flat = pixels.reshape(-1, 3)
    coarse = (flat >> 4) @ np.array([256, 16, 1], dtype=np.int16)
    commonest = flat[coarse == np.bincount(coarse).argmax()]
    return np.median(commonest, axis=0).astype(np.int16)
