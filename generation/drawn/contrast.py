"""How well an ink is seen on what lies under it: relative luminance and contrast ratio by WCAG 2.

>>> round(contrast((0, 0, 0), np.full((1, 1, 3), 255)))
21
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from generation.canvas import Ink

BLACK: Final[Ink] = (10, 10, 10)
WHITE: Final[Ink] = (255, 255, 255)


def contrast(ink: Ink, under: ArrayLike) -> float:
    """The least contrast ratio, 1 to 21, of `ink` with any pixel of `under` (… × 3, 0 to 255)."""
    one, others = float(luminance(ink)), luminance(under)
    lighter, darker = np.maximum(one, others), np.minimum(one, others)
    return float(((lighter + 0.05) / (darker + 0.05)).min())


def luminance(colors: ArrayLike) -> NDArray[np.float64]:
    """Relative luminance, 0 to 1, of colors (… × 3, 0 to 255)."""
    share = np.asarray(colors, dtype=np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def darker(color: Ink) -> Ink:
    """A shade of `color` that is read as print on light paper."""
    red, green, blue = (channel * 3 // 4 for channel in color)
    return red, green, blue


def ink_on(fill: Ink) -> Ink:
    """Black or white, whichever is seen better on `fill`."""
    return BLACK if contrast(BLACK, fill) >= contrast(WHITE, fill) else WHITE
