"""What every drawn picture stands on: a light sheet, six named colours, one font, boxes in relative
coordinates.

Pictures are described in relative coordinates (0 to 1, y downwards), so that the same description
is drawn at 48 or at 448 pixels.

    >>> to_pixels((0.25, 0.0, 0.5, 1.0), size=48)
    (12.0, 0.0, 24.0, 48.0)
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

Box = tuple[float, float, float, float]
Ink = tuple[int, int, int]

COLORS: Final[dict[str, Ink]] = {
    "red": (220, 40, 40),
    "green": (40, 170, 60),
    "blue": (50, 80, 220),
    "yellow": (235, 205, 40),
    "purple": (150, 50, 180),
    "black": (25, 25, 25),
}
"""Names and colours far enough apart that a jitter of 15 never makes one look like another."""

BLACK: Final[Ink] = (0, 0, 0)

_JITTER: Final = 15


@dataclass(frozen=True)
class Part:
    """One thing to be seen in a picture: what it is, and the relative box around it."""

    says: dict[str, str]
    """E.g. ``{"color": "red", "shape": "circle"}`` or ``{"glyph": "7"}``."""
    box: Box


def sheet(rng: random.Random, size: int) -> Image.Image:
    """A square of light grey paper, whose shade varies."""
    shade = rng.randint(228, 255)
    return Image.new("RGB", (size, size), (shade, shade, shade))


def pen(image: Image.Image) -> ImageDraw.ImageDraw:
    """What draws on `image`."""
    return ImageDraw.Draw(image)


def ink(rng: random.Random, color: str) -> Ink:
    """A shade of the named colour."""
    red, green, blue = (
        min(255, max(0, channel + rng.randint(-_JITTER, _JITTER))) for channel in COLORS[color]
    )
    return red, green, blue


def dark(rng: random.Random) -> Ink:
    """A nearly black ink for letters."""
    return rng.randint(0, 60), rng.randint(0, 60), rng.randint(0, 60)


@lru_cache(maxsize=64)
def font(pixels: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow, at a height in pixels."""
    face = ImageFont.load_default(size=pixels)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType")
    return face


def to_pixels(box: Box, size: int) -> Box:
    """A relative box at `size` × `size` pixels."""
    x0, y0, x1, y1 = box
    return x0 * size, y0 * size, x1 * size, y1 * size
