"""Kinds of picture that pixels alone give away: pages of text, charts with labelled axes, flat
shapes. Each rule takes the pieces of a picture and says yes only where little else looks so.

Not attempted, since other kinds look alike: photographs of whatever (scene, thing, patient,
building), line drawings (of geometry, circuits, puzzles), formulas, maps, art.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diagnostics.labelling.blobs import Blobs, Bools

GLYPHS: Final = 120
"""Pieces of a page of text, at least."""
SHAPES: Final = 20
"""Pieces of a picture of shapes, at most."""
SMALL: Final = 0.06
"""Height of a letter, at most, over the picture's longer side."""
THIN: Final = 0.03
"""Width of an axis, at most, over the picture's longer side."""
BARS: Final = 30
"""Bars of a chart, at most."""
COLOURED: Final = 60
"""Levels between the channels of a colour that is no grey."""


def is_text(blobs: Blobs) -> bool:
    """Many small pieces of uneven width, each close behind another in rows."""
    small = (blobs.heights >= 3) & (blobs.heights <= SMALL * blobs.side)
    if small.sum() < GLYPHS or blobs.areas[small].sum() < 0.8 * blobs.ink.sum():
        return False
    coloured = np.ptp(blobs.pixels[blobs.ink], axis=1) > COLOURED
    return bool(coloured.mean() < 0.3) and _reads_like_text(blobs, small)


def _reads_like_text(blobs: Blobs, small: Bools) -> bool:
    """Whether enough of these pieces are of like height, of uneven width and stand in rows."""
    heights = blobs.heights
    typical = np.median(heights[small])
    glyphs = small & (heights <= 3 * typical) & (heights >= typical / 3)
    widths = blobs.widths[glyphs]
    uneven = widths.std() / widths.mean() > 0.25
    return bool(uneven and glyphs.sum() >= GLYPHS and _followed(blobs.boxes[glyphs]) > 0.7)


def _followed(boxes: NDArray[np.int64]) -> float:
    """Share of pieces with another to their right, at the same height and as near as letters or
    words are.
    """
    top, left, bottom, right = boxes[np.argsort(boxes[:, 1], kind="stable")].T
    found = 0
    for i in range(len(top)):
        near = slice(i + 1, np.searchsorted(left, right[i] + 1.2 * (bottom[i] - top[i])))
        overlap = np.minimum(bottom[near], bottom[i]) - np.maximum(top[near], top[i])
        found += bool((overlap * 2 > bottom[i] - top[i]).any())
    return found / len(top)


def is_chart(blobs: Blobs) -> bool:
    """Two axes that meet at the lower left, and between them bars, or something coloured with
    labels in line along both.
    """
    axes = _axes(blobs.ink)
    return axes is not None and (_has_bars(blobs.ink, axes) or _has_labels(blobs, axes))


@dataclass(frozen=True)
class _Axes:
    """Where two axes run, in pixels."""

    left: int
    """Column of the vertical one."""
    bottom: int
    """Row of the horizontal one."""
    top: int
    """Where the vertical one ends."""
    right: int
    """Where the horizontal one ends."""


def _has_bars(ink: Bools, axes: _Axes) -> bool:
    """Whether all that stands between the axes are solid columns of different heights."""
    upwards = ink[axes.bottom :: -1, axes.left + 3 : axes.right]
    thick = int(np.argmin(upwards.mean(axis=1) > 0.9))
    if thick > max(2, THIN * max(ink.shape)):
        return False
    inside = upwards[thick:]
    heights = np.argmin(np.pad(inside, ((0, 1), (0, 0))), axis=0)
    covered = inside.any(axis=0).mean()
    if not 0 < covered < 0.98 or inside.sum() > 1.02 * heights.sum():
        return False
    steps = pairwise(np.flatnonzero(np.diff(heights, prepend=0, append=0)))
    bars = [(b - a, int(heights[a])) for a, b in steps if b - a >= 3 and heights[a] >= 3]
    wide = sum(width for width, _ in bars) >= 0.8 * covered * len(heights)
    return wide and 2 <= len(bars) <= BARS and len({height for _, height in bars}) >= 2


def _has_labels(blobs: Blobs, axes: _Axes) -> bool:
    """Whether something coloured, and no page of text, stands between the axes, and labels end in
    line beside the vertical one and begin in line below the horizontal one.
    """
    between = (slice(axes.top, axes.bottom), slice(axes.left + 1, axes.right))
    coloured = (np.ptp(blobs.pixels[between], axis=2) > COLOURED) & blobs.ink[between]
    top, left, bottom, right = blobs.boxes.T
    small = blobs.heights <= SMALL * blobs.side
    level = small & (top >= axes.top - blobs.heights) & (bottom <= axes.bottom + blobs.heights)
    within = level & (left > axes.left)
    if coloured.mean() < 0.005 or (within.sum() >= GLYPHS and _reads_like_text(blobs, within)):
        return False
    beside = level & (right <= axes.left)
    under = small & (top > axes.bottom) & (left >= axes.left - blobs.widths) & (left <= axes.right)
    return _in_line(right[beside], top[beside]) >= 3 and _in_line(top[under], left[under]) >= 4


def _in_line(edges: NDArray[np.int64], along: NDArray[np.int64]) -> int:
    """How many of these edges lie within two pixels of one another, each elsewhere along the
    axis.
    """
    if not len(edges):
        return 0
    commonest = np.convolve(np.bincount(edges), np.ones(3, dtype=int), "same").argmax()
    return len(np.unique(along[np.abs(edges - commonest) <= 1]))


def _axes(ink: Bools) -> _Axes | None:
    """The lowest pair of long lines that meet at the lower left of their picture."""
    height, width = ink.shape
    rows, columns = _longest(ink), _longest(ink.T)
    for row in np.flatnonzero(rows[:, 1] - rows[:, 0] > 0.4 * width)[::-1]:
        start, right = rows[row]
        near = slice(max(0, start - 2), start + 3)
        long = columns[near, 1] - columns[near, 0] > 0.4 * height
        meets = np.abs(columns[near, 1] - row) <= THIN * height
        found = np.flatnonzero(long & meets)
        if len(found) and row > height / 2 and start < width / 2:
            left = near.start + int(found[0])
            return _Axes(left, int(row), int(columns[left, 0]), int(right))
    return None


def _longest(ink: Bools) -> NDArray[np.int64]:
    """(rows, 2): begin and end of the longest run of each row."""
    change = np.diff(np.pad(ink.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    found = np.zeros((len(ink), 2), dtype=np.int64)
    for row, steps in enumerate(change):
        begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        if len(begins):
            longest = np.argmax(ends - begins)
            found[row] = begins[longest], ends[longest]
    return found


def is_shapes(blobs: Blobs) -> bool:
    """A few discs, triangles and squares, each of one colour, and nothing else."""
    if not 1 <= len(blobs.areas) <= SHAPES:
        return False
    large = np.minimum(blobs.heights, blobs.widths) >= 0.06 * blobs.side
    return bool(large.all()) and all(
        _is_whole(blobs, i) and _is_simple(blobs.mask(i)) and _is_plain(blobs, i)
        for i in range(len(blobs.areas))
    )


def _is_whole(blobs: Blobs, number: int) -> bool:
    """Whether a piece does not touch the picture's edge."""
    top, left, bottom, right = blobs.boxes[number]
    height, width = blobs.ink.shape
    return bool(top > 0 and left > 0 and bottom < height and right < width)


def _is_simple(mask: Bools) -> bool:
    """Whether a piece is a disc, a triangle that stands on its base, or a square."""
    height, width = mask.shape
    if not 0.75 <= height / width <= 4 / 3:
        return False
    y, x = np.mgrid[0.5:height, 0.5:width]
    y, x = 2 * y / height - 1, 2 * x / width - 1
    ideals = (x**2 + y**2 <= 1, np.abs(x) <= (y + 1) / 2, np.ones_like(mask))
    return max(float((mask & i).sum() / (mask | i).sum()) for i in ideals) >= 0.93


def _is_plain(blobs: Blobs, number: int) -> bool:
    """Whether the inside of a piece has one colour."""
    top, left, bottom, right = blobs.boxes[number]
    inside = np.asarray(ndimage.binary_erosion(blobs.mask(number), iterations=2), dtype=bool)
    colours = blobs.pixels[top:bottom, left:right][inside]
    return bool(len(colours)) and bool((np.ptp(colours, axis=0) <= 24).all())


KINDS: Final[Mapping[str, Callable[[Blobs], bool]]] = {
    "text_dense": is_text,
    "chart_graph": is_chart,
    "geometric": is_shapes,
}
"""Image types of the taxonomy that comes with blindspot, with the rule of each."""


def kind(blobs: Blobs) -> str | None:
    """The one kind whose rule says yes; None where none does, or more than one."""
    found = [name for name, rule in KINDS.items() if rule(blobs)]
    return found[0] if len(found) == 1 else None
