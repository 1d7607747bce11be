"""Whether a picture is that part of another one: both laid over each other and compared.

    aligned(part, whole, window)  →  Fit(correlation=.99, block=4, contrast=31, color=21)

A coarse look (`resembles`) leaves out what cannot be. Then the window proposed is moved and
stretched until the two correlate best, and three differences speak: of the structure, of the worst
of 8×8 blocks (a chart that differs in one bar, a page that differs in its words), and of the
colours.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from generation.likeness import Look
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
_STEPS: Final = (0.025, 0.008)
_LEAST_LENGTH: Final = 0.3
_RIM: Final = 0.04
_HOPELESS: Final = 0.6
"""Of the correlation after the first step."""
_OFFSETS: Final = np.array([(a, b) for a in range(-2, 3) for b in range(-2, 3)], dtype=np.float64)
_STILL: Final = len(_OFFSETS) // 2
"""The place among them where nothing is moved."""
_GREY: Final = 6.0
"""Channels of a picture without colours differ by no more, on average."""

Floats = NDArray[np.float32]
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
        return self.correlation >= 0.8 and self.detail <= 0.55 and self.color <= 130

    @property
    def sure(self) -> bool:
        """Whether they show the same, whatever else is known. Set on pictures of other seeds than
        the bench's: of 338 crops, 150 of them of small drawings, 296 lay within the
        limits on their own picture and none on another of its kind.
        """
        flat = self.block <= 14 or self.detail <= 0.28
        return self.likely and self.detail <= 0.45 and flat and self.color <= 100


def resembles(part: Look, whole: Look, window: Window) -> bool:
    """Whether a picture can be about that part of another: the first step of `aligned` on a quarter
    of the samples, in a fraction of its time.
    """
    side = len(part.grey) // _COARSE
    small = _unit(part.grey.reshape(_COARSE, side, _COARSE, side).mean(axis=(1, 3)))
    across, down = _moved(window.across), _moved(window.down)
    rows = down[_STILL] @ whole.grey
    best = _correlations(small, rows @ across.transpose(0, 2, 1)).argmax()
    columns = whole.grey @ across[best].T
    return bool(_correlations(small, down @ columns).max() >= _ALIKE)


def aligned(part: Look, whole: Look, window: Window) -> Fit:
    """The best fit of a picture near a window of another."""
    outline = _region(part.grey, (0.0, 1.0), (0.0, 1.0), _SAMPLES)
    across, down, correlation = _best(_unit(outline), whole.grey, window)
    inner, across, down = _inset((0.0, 1.0)), _inset(across), _inset(down)
    small = _region(part.grey, inner, inner, _SAMPLES)
    large = _region(whole.grey, across, down, _SAMPLES)
    return Fit(
        correlation=correlation,
        block=_worst_block(small, large),
        contrast=float(small.std()),
        color=color_gap(
            _region(part.colors, inner, inner, _COLORS),
            _region(whole.colors, across, down, _COLORS),
        ),
    )


def color_gap(one: Colors, other: Colors) -> float:
    """Greatest difference of two arrays of colours (n, n, 3) at equal mean brightness. Where
    one has no colours, that of their luminances.
    """
    if _is_grey(one) or _is_grey(other):
        return _gap(one.mean(axis=2), other.mean(axis=2))
    return _gap(one, other)


def averaged(pixels: Colors, spans: NDArray[np.float64], samples: int) -> Floats:
    """Means over `samples` equal parts of each span (k, 2) along the first axis of (n, …), as
    (k, samples, …).
    """
    n = len(pixels)
    sums = np.zeros((n + 1, *pixels.shape[1:]), dtype=np.float32)
    np.cumsum(pixels, axis=0, dtype=np.float32, out=sums[1:])
    starts, lengths = spans[:, :1], spans[:, 1:] - spans[:, :1]
    edges = (starts + lengths * (np.arange(samples + 1) / samples)) * n
    low = np.minimum(edges.astype(np.intp), n - 1)
    rest = (edges - low).astype(np.float32).reshape(*edges.shape, *[1] * (pixels.ndim - 1))
    reached = sums[low] * (1 - rest) + sums[low + 1] * rest
    width = (lengths * n / samples).astype(np.float32).reshape(-1, *[1] * pixels.ndim)
    return (np.diff(reached, axis=1) / width).astype(np.float32, copy=False)


@cache
def _moved(span: Span) -> NDArray[np.float32]:
    """What averages a side of a thumbnail over a span that is moved and stretched by the first
    step, in the order of `_OFFSETS`: (25, _COARSE, SIDE).
    """
    return sampling(np.clip(np.array(span) + _OFFSETS * _STEPS[0], 0.0, 1.0), _COARSE)


def _correlations(small: Floats, many: Floats) -> Floats:
    """(k,) of a picture (n, n) of length one with each of (k, n, n)."""
    return (_unit(many) * small).sum(axis=(1, 2))


def _best(small: Floats, whole: NDArray[np.uint8], window: Window) -> tuple[Span, Span, float]:
    """The window moved and stretched, one side after the other, and its correlation."""
    across, down, correlation = window.across, window.down, 0.0
    for step in _STEPS:
        rows = averaged(whole, np.array([down]), _SAMPLES)[0]
        across, _ = _slide(small.T, rows.T, across, step)
        columns = averaged(whole.T, np.array([across]), _SAMPLES)[0]
        down, correlation = _slide(small, columns.T, down, step)
        if correlation < _HOPELESS:
            break
    return across, down, correlation


def _slide(small: Floats, pixels: Floats, span: Span, step: float) -> tuple[Span, float]:
    """The span along the first axis of `pixels` at which they correlate best with `small`."""
    spans = np.clip(np.array(span) + _OFFSETS * step, 0.0, 1.0)
    spans = spans[spans[:, 1] - spans[:, 0] >= _LEAST_LENGTH]
    found = _correlations(small, averaged(pixels, spans, _SAMPLES))
    best = int(found.argmax())
    return (float(spans[best, 0]), float(spans[best, 1])), float(found[best])


def _region(pixels: NDArray[np.uint8], across: Span, down: Span, samples: int) -> Floats:
    rows = averaged(pixels, np.array([down]), samples)[0]
    return averaged(rows.swapaxes(0, 1), np.array([across]), samples)[0].swapaxes(0, 1)


def _inset(span: Span) -> Span:
    """Without its ends, into which a border's colour runs."""
    rim = _RIM * (span[1] - span[0])
    return span[0] + rim, span[1] - rim


def _worst_block(small: Floats, large: Floats) -> float:
    scaled = (large - large.mean()) / max(float(large.std()), 1.0) * small.std() + small.mean()
    n = _SAMPLES // _BLOCK
    blocks = (small - scaled).reshape(n, _BLOCK, n, _BLOCK).mean(axis=(1, 3))
    return float(np.abs(blocks).max())


def _unit(pixels: Floats) -> Floats:
    """Without their mean, of length one; flat ones stay nearly zero."""
    centred = pixels - pixels.mean(axis=(-2, -1), keepdims=True)
    length = np.sqrt((centred**2).sum(axis=(-2, -1), keepdims=True))
    return centred / np.maximum(length, 1e-3)


def _is_grey(colors: Colors) -> bool:
    return float((np.ptp(colors, axis=2)).mean()) <= _GREY


def _gap(one: Colors | NDArray[np.float64], other: Colors | NDArray[np.float64]) -> float:
    return float(np.abs(_bright(one) - _bright(other)).max())


def _bright(colors: Colors | NDArray[np.float64]) -> NDArray[Any]:
    return colors * np.float32(_BRIGHTNESS / max(float(colors.mean()), 1.0))
