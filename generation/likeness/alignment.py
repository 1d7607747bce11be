"""Whether a picture is that part of another one: both laid over each other and compared.

    fits([Laid(part, whole, window)])  →  [Fit(correlation=.99, block=4, contrast=31, color=21)]

A coarse look (`resembles`) leaves out what cannot be. Then the window proposed is moved and
stretched until the two correlate best, and three differences speak: of the structure, of the worst
of 8×8 blocks (a chart that differs in one bar, a page that differs in its words), and of the
colours. Many pairs are compared at once, (k, …): one by one, most of the time is numpy's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from generation.likeness import GRID, SIDE, Look
from generation.likeness.windows import Span, Window, sampling

_SAMPLES: Final = 32
_COARSE: Final = 16
"""Samples of the coarse look."""
_ALIKE: Final = 0.65
"""Least correlation of the coarse look. Of 2,541 that are likely the same (crops, turns and other
changes of 398 of the bench's pictures, of two other seeds) the least had .78.
"""
_BLOCK: Final = 4
_COLORS: Final = 8
_BRIGHTNESS: Final = 200.0
_LEAST_LENGTH: Final = 0.3
_RIM: Final = 0.04
_LIKELY: Final = 0.8
"""Least correlation in the end."""
_STEPS: Final = ((0.025, 0.6), (0.008, _LIKELY))
"""By how much a window is moved and stretched, and the least correlation after it."""
_OFFSETS: Final = np.array([(a, b) for a in range(-2, 3) for b in range(-2, 3)], dtype=np.float64)
_GREY: Final = 6.0
"""Channels of a picture without colours differ by no more, on average."""

_LEAST: Final = 1e-3
"""Length of a picture that is flat."""
_WHOLE: Final = np.array([(0.0, 1.0)])

Floats = NDArray[np.float32]
Spans = NDArray[np.float64]
"""Starts and ends along one side, (k, 2)."""
Colors = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """How well a part lies on a whole."""

    correlation: float
    """Of their luminances, at most 1."""
    block: float
    """Greatest difference of mean luminance in one of 8×8 blocks, at equal brightness and
    contrast.
    """
    contrast: float
    """Standard deviation of the part's luminance."""
    color: float
    """Greatest difference of one of 8×8 colours at equal brightness; of luminance, where one of
    the two has no colours.
    """

    @property
    def detail(self) -> float:
        """The worst block against the part's contrast."""
        return self.block / max(self.contrast, 1.0)

    @property
    def likely(self) -> bool:
        """Whether they may show the same: enough where they are asked the same besides."""
        return self.correlation >= _LIKELY and self.detail <= 0.55 and self.color <= 130

    @property
    def sure(self) -> bool:
        """Whether they show the same, whatever else is known. Set on pictures of other seeds than
        the bench's: of 338 crops, 150 of them of small drawings, 296 lay within the
        limits on their own picture and none on another of its kind.
        """
        flat = self.block <= 14 or self.detail <= 0.28
        return self.likely and self.detail <= 0.45 and flat and self.color <= 100


@dataclass(frozen=True)
class Laid:
    """A picture laid on a part of another one."""

    part: Look
    whole: Look
    window: Window
    """Of the whole, about where the part lies."""


def fits(laid: Sequence[Laid]) -> list[Fit | None]:
    """The best fit of each near its window; None where there is none that is likely: a coarse look
    says so, or the luminances.
    """
    found: list[Fit | None] = [None] * len(laid)
    left = [place for place, alike in enumerate(resembles(laid)) if alike]
    if left:
        for place, fit in _aligned([laid[place] for place in left]):
            found[left[place]] = fit
    return found


def resembles(laid: Sequence[Laid]) -> NDArray[np.bool_]:
    """Whether each picture can be about that part of the other: the first step of the alignment on
    a quarter of the samples, in a fraction of its time. (k,)
    """
    if not laid:
        return np.zeros(0, np.bool_)
    side = SIDE // _COARSE
    parts, wholes = _greys(laid)
    small = _unit(parts.reshape(-1, _COARSE, side, _COARSE, side).mean(axis=(2, 4)))
    pairs = list(zip(laid, wholes, strict=True))
    found = [_one(each.window.down) @ whole @ _moved(each.window.across).T for each, whole in pairs]
    many = np.stack(found).reshape(-1, _COARSE, len(_OFFSETS), _COARSE).swapaxes(1, 2)
    best = zip(pairs, _correlations(small, many).argmax(axis=1), strict=True)
    found = [
        _moved(each.window.down) @ (whole @ _one(each.window.across, number).T)
        for (each, whole), number in best
    ]
    many = np.stack(found).reshape(-1, len(_OFFSETS), _COARSE, _COARSE)
    return _correlations(small, many).max(axis=1) >= _ALIKE


def color_gap(one: Colors, other: Colors) -> float:
    """Greatest difference of two arrays of colours (n, n, 3) at equal mean brightness. Where
    one has no colours, that of their luminances.
    """
    if _is_grey(one) or _is_grey(other):
        return _gap(one.mean(axis=2), other.mean(axis=2))
    return _gap(one, other)


def averaged(pixels: Colors, spans: NDArray[np.float64], samples: int) -> Floats:
    """Means over `samples` equal parts of each span (k, m, 2) along the second axis of (k, n, …),
    as (k, m, samples, …).
    """
    k, n, *others = pixels.shape
    sums = np.zeros((k, n + 1, *others), dtype=np.float32)
    np.cumsum(pixels, axis=1, dtype=np.float32, out=sums[:, 1:])
    starts, lengths = spans[..., :1], spans[..., 1:] - spans[..., :1]
    edges = (starts + lengths * (np.arange(samples + 1) / samples)) * n
    low = np.minimum(edges.astype(np.intp), n - 1)
    rest = (edges - low).astype(np.float32).reshape(*edges.shape, *[1] * len(others))
    each = np.arange(k)[:, None, None]
    reached = sums[each, low] + pixels[each, low] * rest
    width = (lengths * n / samples).astype(np.float32).reshape(*lengths.shape, *[1] * len(others))
    return np.diff(reached, axis=2) / width


@cache
def _moved(span: Span) -> NDArray[np.float32]:
    """What averages a side of a thumbnail over a span that is moved and stretched by the first
    step, in the order of `_OFFSETS`: (25 * _COARSE, SIDE).
    """
    moved = sampling(np.clip(np.array(span) + _OFFSETS * _STEPS[0][0], 0.0, 1.0), _COARSE)
    return moved.reshape(-1, SIDE)


def _one(span: Span, number: int = len(_OFFSETS) // 2) -> NDArray[np.float32]:
    """One of them, (_COARSE, SIDE); without a number the span itself."""
    return _moved(span)[number * _COARSE :][:_COARSE]


def _aligned(laid: Sequence[Laid]) -> Iterator[tuple[int, Fit]]:
    """The windows moved and stretched: places and fits of those that correlate there."""
    parts, wholes = _greys(laid)
    small = _unit(_region(parts, _WHOLE, _WHOLE, _SAMPLES))
    across = np.array([each.window.across for each in laid])
    down = np.array([each.window.down for each in laid])
    left, best = np.arange(len(laid)), np.zeros(len(laid), np.float32)
    for step, least in _STEPS:
        across, down, best = _step(small[left], wholes[left], across, down, step)
        good = best >= least
        left, across, down, best = left[good], across[good], down[good], best[good]
        if not len(left):
            return
    made = _fits([laid[place] for place in left.tolist()], across, down, best)
    yield from zip(left.tolist(), made, strict=True)


def _step(
    small: Floats, wholes: Floats, across: Spans, down: Spans, step: float
) -> tuple[Spans, Spans, Floats]:
    """The windows moved and stretched, one side after the other, and their correlations (k,)."""
    rows = averaged(wholes, down[:, None], _SAMPLES)[:, 0]
    across, _ = _slide(small.transpose(0, 2, 1), rows.transpose(0, 2, 1), across, step)
    columns = averaged(wholes.transpose(0, 2, 1), across[:, None], _SAMPLES)[:, 0]
    down, found = _slide(small, columns.transpose(0, 2, 1), down, step)
    return across, down, found


def _slide(small: Floats, pixels: Floats, spans: Spans, step: float) -> tuple[Spans, Floats]:
    """The spans along the first side of `pixels` (k, n, …) at which they correlate best with
    `small`.
    """
    moved = np.clip(spans[:, None] + _OFFSETS * step, 0.0, 1.0)
    found = _correlations(small, averaged(pixels, moved, _SAMPLES))
    found[moved[..., 1] - moved[..., 0] < _LEAST_LENGTH] = -1.0
    each, best = np.arange(len(moved)), found.argmax(axis=1)
    return moved[each, best], found[each, best]


def _fits(laid: Sequence[Laid], across: Spans, down: Spans, correlations: Floats) -> list[Fit]:
    """What each picture and that part of the other differ in."""
    inner, across, down = _inset(_WHOLE), _inset(across), _inset(down)
    parts, wholes = _greys(laid)
    small = _region(parts, inner, inner, _SAMPLES)
    large = _region(wholes, across, down, _SAMPLES)
    parts, wholes = _colors(laid)
    colors = _region(parts, inner, inner, _COLORS), _region(wholes, across, down, _COLORS)
    return [
        Fit(float(correlation), _worst_block(*greys), float(greys[0].std()), color_gap(*pair))
        for correlation, *greys, pair in zip(
            correlations, small, large, zip(*colors, strict=True), strict=True
        )
    ]


def _greys(laid: Sequence[Laid]) -> tuple[Floats, Floats]:
    """The luminances of the parts and of the wholes, (k, SIDE, SIDE)."""
    pairs = np.array([(each.part.grey, each.whole.grey) for each in laid], np.float32)
    pairs = pairs.reshape(-1, 2, SIDE, SIDE)
    return pairs[:, 0], pairs[:, 1]


def _colors(laid: Sequence[Laid]) -> tuple[Floats, Floats]:
    """The colours of the parts and of the wholes, (k, GRID, GRID, 3)."""
    pairs = np.array([(each.part.colors, each.whole.colors) for each in laid], np.float32)
    pairs = pairs.reshape(-1, 2, GRID, GRID, 3)
    return pairs[:, 0], pairs[:, 1]


def _correlations(small: Floats, many: Floats) -> Floats:
    """(k, m) of pictures (k, n, n) of length one with (k, m, n, n)."""
    centred = many - many.mean(axis=(-2, -1), keepdims=True)
    length = np.sqrt(np.einsum("kmij,kmij->km", centred, centred))
    return np.einsum("kmij,kij->km", centred, small) / np.maximum(length, _LEAST)


def _region(pixels: Colors, across: Spans, down: Spans, samples: int) -> Floats:
    """That part of pictures (k, n, n, …), as (k, samples, samples, …)."""
    rows = averaged(pixels, down[:, None], samples)[:, 0]
    return averaged(rows.swapaxes(1, 2), across[:, None], samples)[:, 0].swapaxes(1, 2)


def _inset(spans: Spans) -> Spans:
    """Without their ends, into which a border's colour runs."""
    rim = _RIM * (spans[:, 1:] - spans[:, :1])
    return spans + rim * np.array([1.0, -1.0])


def _worst_block(small: Floats, large: Floats) -> float:
    scaled = (large - large.mean()) / max(float(large.std()), 1.0) * small.std() + small.mean()
    n = _SAMPLES // _BLOCK
    blocks = (small - scaled).reshape(n, _BLOCK, n, _BLOCK).mean(axis=(1, 3))
    return float(np.abs(blocks).max())


def _unit(pixels: Floats) -> Floats:
    """Without their mean, of length one; flat ones stay nearly zero."""
    centred = pixels - pixels.mean(axis=(-2, -1), keepdims=True)
    length = np.sqrt((centred**2).sum(axis=(-2, -1), keepdims=True))
    return centred / np.maximum(length, _LEAST)


def _is_grey(colors: Colors) -> bool:
    return float((np.ptp(colors, axis=2)).mean()) <= _GREY


def _gap(one: Colors | NDArray[np.float64], other: Colors | NDArray[np.float64]) -> float:
    return float(np.abs(_bright(one) - _bright(other)).max())


def _bright(colors: Colors | NDArray[np.float64]) -> NDArray[Any]:
    return colors * np.float32(_BRIGHTNESS / max(float(colors.mean()), 1.0))
