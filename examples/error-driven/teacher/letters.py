"""Reading print in a picture, glyph by glyph, against the shapes that the font gives them.

    >>> read(ink_of(picture), sizes=(15, 16), glyphs="0123456789+-", count=4)
    '47-3'

Glyphs stand at whole pixels on one baseline (`generation/lettering.py`), so that each is sought
where the ink that is still unread begins, and what its shape explains is taken away. Spaces are not
seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.canvas import font, pen

Ink = NDArray[np.float64]
"""How dark each pixel is, (rows, columns), 0 being the sheet."""

_FAINT: Final = 0.12
"""Below this share of the darkest ink a pixel counts as sheet."""
_BEAM: Final = 32
"""Readings that are followed at a time."""
_TAILED: Final = frozenset("gjpqy")
_TAIL: Final = 5
"""Pixels that their tails reach below the baseline, at most."""


@dataclass(frozen=True)
class _Line:
    """Where glyphs may stand."""

    size: int
    baseline: int


@dataclass(frozen=True)
class _Reading:
    line: _Line
    text: str
    left: Ink
    """What it has not explained."""


def read(ink: Ink, sizes: Sequence[int], glyphs: str, count: int) -> str:
    """The text of `count` glyphs whose shapes leave the least ink over; empty for none."""
    if not ink.any():
        return ""
    baselines = _baselines(ink, tails=not _TAILED.isdisjoint(glyphs))
    beam = [_Reading(_Line(size, base), "", ink) for size in sizes for base in baselines]
    for _ in range(count):
        beam = sorted((n for r in beam for n in _next(r, glyphs)), key=_rank)[:_BEAM]
    return beam[0].text if beam else ""


def _next(reading: _Reading, glyphs: str) -> Iterator[_Reading]:
    """The reading with one glyph more, where its unread ink begins; a pixel earlier where the last
    one covered its edge.
    """
    columns = np.flatnonzero((reading.left > _FAINT).any(axis=0))
    if columns.size == 0:
        return
    first, line = int(columns[0]), reading.line
    for glyph, at in product(glyphs, (first - 1, first) if reading.text else (first,)):
        shape, rise = _shape(glyph, line.size)
        left = _without(reading.left, shape, line.baseline - rise, at)
        if left is not None:
            yield _Reading(line, reading.text + glyph, left)


def _without(ink: Ink, shape: Ink, top: int, at: int) -> Ink | None:
    """The ink less a shape; None where it does not fit on the sheet."""
    rows, columns = shape.shape
    if min(top, at) < 0 or top + rows > ink.shape[0] or at + columns > ink.shape[1]:
        return None
    left = ink.copy()
    left[top : top + rows, at : at + columns] -= shape
    return left


def _rank(reading: _Reading) -> tuple[float, str]:
    """How much ink is unexplained or was never there; the text settles a tie."""
    return round(float((reading.left**2).sum()), 9), reading.text


def _baselines(ink: Ink, tails: bool) -> range:
    """Rows on which the glyphs may stand; the tails of letters reach below theirs."""
    last = int(np.flatnonzero((ink > _FAINT).any(axis=1))[-1])
    return range(last - (_TAIL if tails else 0), last + 3)


@lru_cache(maxsize=512)
def _shape(glyph: str, size: int) -> tuple[Ink, int]:
    """A glyph's ink without empty edges, and how far its top is above the baseline."""
    sheet, side = Image.new("L", (4 * size, 4 * size)), 2 * size
    pen(sheet).text((side, side), glyph, font=font(size), fill=255, anchor="ls")
    drawn = np.asarray(sheet, np.float64) / 255
    rows, columns = (np.flatnonzero((drawn > _FAINT).any(axis=axis)) for axis in (1, 0))
    cut = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cut, side - int(rows[0])
