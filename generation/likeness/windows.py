"""What part of a picture another one may be: hashes of many windows of every picture.

    hashes(thumbnail)  →  (387,) uint64, one for each of `windows()`; the first is the whole picture

A crop's whole hash is near the hash of some window of what it was cut from. A hash is the signs of
the 64 lowest frequencies of a window's cosine transform, so it does not change with brightness
and contrast, and little where a window lies a few hundredths beside the crop. Windows of width w
and height h, each 1, .92, …, .52 of the picture, lie at most .08 apart; below `LEAST_AREA` they are
left out. All are computed by two matrix products, since a window's transform is separable.

The hash only proposes: pages of text and charts share many of these windows. What is proposed is
verified by `generation.likeness.alignment`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

SIDE: Final = 48
"""Width and height of the grey thumbnail, whatever the picture's proportions."""
LEAST_AREA: Final = 0.45
"""Of a window, as a share of its picture."""

_LENGTHS: Final = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52)
_STEP: Final = 0.08
_SAMPLES: Final = 32
_FREQUENCIES: Final = 11
_BITS: Final = 64

Span = tuple[float, float]
"""Start and end of a window along one side, 0 to 1."""


@dataclass(frozen=True)
class Window:
    """A part of a picture."""

    across: Span
    down: Span


def sampling(spans: NDArray[np.float64], samples: int) -> NDArray[np.float32]:
    """Averages a thumbnail's row over `samples` equal parts of each span (n, 2), as matrices
    (n, samples, SIDE).
    """
    part = np.arange(samples + 1) / samples
    edges = (spans[:, :1] + (spans[:, 1:] - spans[:, :1]) * part) * SIDE
    low, high = edges[:, :-1, None], edges[:, 1:, None]
    pixel = np.arange(SIDE)
    overlap = np.minimum(high, pixel + 1) - np.maximum(low, pixel)
    return (np.clip(overlap, 0, None) / (high - low)).astype(np.float32)


def hashes(thumbnail: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Of all windows of a thumbnail (SIDE, SIDE), (n,)."""
    bank, keep, rows, columns = _bank()
    grey = thumbnail.astype(np.float32)
    n = len(bank) // _FREQUENCIES
    waves = (bank @ grey @ bank.T).reshape(n, _FREQUENCIES, n, _FREQUENCIES)
    return _signs(waves.transpose(0, 2, 1, 3)[keep][:, rows, columns])


def whole_hash(thumbnail: NDArray[np.uint8]) -> np.uint64:
    """Of the first window, the whole picture."""
    bank, _, rows, columns = _bank()
    whole = bank[:_FREQUENCIES]
    return _signs((whole @ thumbnail.astype(np.float32) @ whole.T)[None, rows, columns])[0]


def _signs(waves: NDArray[Any]) -> NDArray[np.uint64]:
    packed = np.ascontiguousarray(np.packbits(waves > 0, axis=1))
    return packed.view(np.uint64)[:, 0]


@cache
def windows() -> tuple[Window, ...]:
    """In the order of `hashes`."""
    spans = _spans()
    keep = _bank()[1]
    return tuple(Window(spans[x], spans[y]) for y, x in zip(*np.nonzero(keep), strict=True))


@cache
def _spans() -> tuple[Span, ...]:
    found: list[Span] = []
    for length in _LENGTHS:
        places = 1 + int(np.ceil((1 - length) / _STEP - 1e-9))
        starts = np.linspace(0, 1 - length, places)
        found += [(float(s), float(s) + length) for s in starts]
    return tuple(found)


@cache
def _bank() -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    """Cosine transforms of all spans, one below another; which pairs of spans (down, across) are
    windows; rows and columns of the frequencies that count.
    """
    spans = np.array(_spans())
    cosines = np.asarray(scipy.fft.dct(np.eye(_SAMPLES), axis=0, norm="ortho"))[:_FREQUENCIES]
    bank = cosines.astype(np.float32) @ sampling(spans, _SAMPLES)
    length = spans[:, 1] - spans[:, 0]
    keep = np.outer(length, length) >= LEAST_AREA
    u, v = np.indices((_FREQUENCIES, _FREQUENCIES))
    order = np.argsort((u * u + v * v).ravel(), kind="stable")[1 : _BITS + 1]
    rows, columns = np.unravel_index(order, u.shape)
    return bank.reshape(-1, SIDE), keep, rows, columns
