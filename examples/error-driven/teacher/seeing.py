"""What a picture of the tiny world shows, read off its pixels by its drawing rules.

    >>> things(picture)
    (Thing(color='red', shape='circle', is_large=True, box=(5, 9, 21, 25)),)

Shapes and bars are of six colours (`generation/canvas.py`), each at most once in a picture, within
a jitter that makes none look like another. Boxes are pixels, (left, top, right, bottom), the last
two included. Pictures of another size than `SIZE` are not read.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.canvas import COLORS
from generation.families.clock import Clock

from .letters import Ink, read

SIZE: Final = 48
"""Pixels of a side."""

_JITTER: Final = 15
_LEAST: Final = 12
"""Pixels of a colour that are a thing, and not a hand of ink."""
_LARGE: Final = 13
"""Pixels from which a shape is large; small ones end at 12, large ones begin at 15."""

_RING: Final = 0.9
"""Share of a dial's radius that the hands do not reach."""
_DIALS: Final = 6
"""Dials on which the hands are tried."""
_SHIFTS: Final = (-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
"""Pixels by which the middle and the edge of the ink may miss those of the dial."""

Pixels = NDArray[np.int64]


@dataclass(frozen=True)
class Thing:
    """A coloured area."""

    color: str
    shape: str
    is_large: bool
    box: tuple[int, int, int, int]

    @property
    def middle(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2 / (SIZE - 1), (top + bottom) / 2 / (SIZE - 1)


def things(picture: Image.Image) -> tuple[Thing, ...]:
    """The coloured areas, from left to right."""
    pixels = np.asarray(picture.convert("RGB"), np.int64)
    found = [_thing(color, _of_color(pixels, ink)) for color, ink in COLORS.items()]
    return tuple(sorted((t for t in found if t), key=lambda t: (t.box, t.color)))


def number(picture: Image.Image) -> str:
    """A printed number of two digits."""
    return read(ink_of(picture), (12, 13, 23, 24, 25, 26), "0123456789", count=2)


def word(picture: Image.Image) -> str:
    """A printed word."""
    return read(ink_of(picture), (19, 20, 21), "abcdeghiklnoprstu", count=3)


def formula(picture: Image.Image) -> str:
    """A printed sum or difference, `47 - 3`."""
    text = read(ink_of(picture), (15, 16), "0123456789+-", count=4)
    return text.replace("+", " + ").replace("-", " - ")


def is_small_print(picture: Image.Image) -> bool:
    """Whether the ink is lower than a third of the picture."""
    rows = np.flatnonzero((ink_of(picture) > 0.5).any(axis=1))
    return bool(rows.size) and int(rows[-1] - rows[0]) < SIZE / 3 - 3


def time(picture: Image.Image) -> str:
    """What a clock shows: the quarter of an hour whose drawing is nearest, on the dial that fits
    the outermost ink.
    """
    ink = ink_of(picture)
    dials = sorted(_dials(ink), key=lambda dial: _apart(dial, ink, _RING))[:_DIALS]
    shown = [
        replace(d, hour=h, minute=m) for d in dials for h in range(1, 13) for m in (0, 15, 30, 45)
    ]
    return min(shown, key=lambda clock: _apart(clock, ink, 0.0)).time if shown else ""


def ink_of(picture: Image.Image) -> Ink:
    """How dark each pixel is: 0 for the sheet, 1 for the darkest ink."""
    grey = np.asarray(picture.convert("RGB"), np.float64).mean(axis=2)
    dark = np.median(grey) - grey
    return np.clip(dark / max(dark.max(), 1.0), 0, 1)


def _dials(ink: Ink) -> Iterator[Clock]:
    """Clocks whose edge may be the ink's, to half a pixel."""
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    if rows.size:
        x, y = (float(line[0] + line[-1]) / 2 for line in (columns, rows))
        radius = float(columns[-1] - columns[0]) / 2
        for right, down, wider in product(_SHIFTS, repeat=3):
            at = ((x + right) / SIZE, (y + down) / SIZE, (radius + wider) / SIZE)
            yield Clock(12, 0, *at)


def _apart(clock: Clock, ink: Ink, beyond: float) -> float:
    """How much a clock's drawing differs, `beyond` a share of its radius from the middle."""
    rows, columns = np.indices(ink.shape) / SIZE
    outside = np.hypot(columns - clock.x, rows - clock.y) >= beyond * clock.radius
    drawn = ink_of(clock.paint(random.Random(0), SIZE))
    return round(float(((drawn - ink)[outside] ** 2).sum()), 9)


def _of_color(pixels: Pixels, ink: tuple[int, int, int]) -> NDArray[np.bool_]:
    return np.abs(pixels - np.array(ink)).max(axis=2) <= _JITTER


def _thing(color: str, mask: NDArray[np.bool_]) -> Thing | None:
    if int(mask.sum()) < _LEAST:
        return None
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    left, top, right, bottom = map(int, (columns[0], rows[0], columns[-1], rows[-1]))
    filled = float(mask.sum()) / ((right - left + 1) * (bottom - top + 1))
    shape = "square" if filled > 0.93 else "circle" if filled > 0.66 else "triangle"
    return Thing(color, shape, bottom - top >= _LARGE, (left, top, right, bottom))
