"""Which pictures are copies of one another: saved again with loss, or scaled, and nothing else.

What is drawn looks alike: pages of text, charts of one design, a thousand scenes on a white ground.
A looser notion of likeness ties thousands of them into one component, and the halves are then no
split at all. So two pictures are taken for copies only where every limit holds, the cheap ones
first, all of them symmetric and none dependent on what else is in the suite:

    shape       one is the other scaled, to within two pixels, at most fourfold
    contrast    both show something; flat pictures are copies only if their pixels are the same
    grey blocks the greatest difference of their means: 4×4 (in a k-d tree), 8×8, 16×16
    16×16 RGB   the greatest difference, and that of the mean colour
    64×64 grey  the greatest difference, and its ratio to the root mean square
    1/2, 1/4    the pictures themselves, at half (grey) and a quarter (RGB) the smaller's size,
                judged as the 64×64

The ratio tells a copy from an edit. Saving a picture again changes it a little everywhere; another
digit on the same page changes nothing but one place. Where the page is drawn smaller as well, the
digit may be lost and the two are taken for copies. Crops, mirror images, other brightness and
nearest-neighbour scaling are not recognised. The time grows with the pairs that agree in the
coarsest blocks: few among photographs, all of them among pages of one layout and density.

Why this is not `generation.likeness`: that one keeps generated pictures away from a benchmark's,
where a false alarm costs one candidate, and must see through brightness; its limits on a
perceptual hash would be far too wide for a rule that is transitive.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import KDTree

from blindspot.core.spool import scratch, writing
from harness.pictures import COLOR, GREY, Facts, Pair, colors, greys

Rows = NDArray[np.intp]

_SCALE: Final = 4.0
_ROUNDING: Final = 2.0
_CONTRAST: Final = 16
_COARSE: Final = 4
_BLOCKS: Final = {_COARSE: 2.0, 8: 5.0, 16: 8.0}
_FINER: Final = tuple(side for side in _BLOCKS if side != _COARSE)
_COLOR: Final = 12
_MEAN: Final = 1.5
_GREY: Final = 20.0
_HALF: Final = 28.0
_QUARTER: Final = 28.0
_NOTHING: Final = 2.0
"""A difference this small is rounding, wherever it is."""
_RATIO: Final = 16.0
_HALF_RATIO: Final = 20.0
_CHUNK: Final = 4096
_BLOCK: Final = 1024
_LOOK: Final = np.dtype(
    [
        ("grey", np.uint8, (GREY, GREY)),
        ("color", np.uint8, (COLOR, COLOR, 3)),
        *((str(side), np.float32, (side, side)) for side in _FINER),
    ]
)
"""What is looked at of a picture when its coarsest blocks agree with another's."""


def candidates(facts: Iterable[tuple[str, Facts]]) -> list[Pair]:
    """Pairs of names that may be copies as far as the facts tell; `same` decides by the pixels. Of
    each picture memory holds the coarsest blocks; the rest is on disk until two agree in these.
    """
    with scratch() as file:
        names, sizes, coarse = _written(facts, file)
        if len(names) < 2:
            return []
        looks = _Looks(sizes, coarse, np.memmap(file, _LOOK, "r"))
        tree = KDTree(coarse.reshape(len(names), -1))
        near = tree.query_pairs(_BLOCKS[_COARSE], p=np.inf, output_type="ndarray")
        kept: list[Pair] = []
        for start in range(0, len(near), _CHUNK):
            pairs = near[start : start + _CHUNK]
            for passes in (_shape, _blocks, _color, _grey):
                pairs = pairs[passes(looks, *pairs.T)]
            kept += [_pair(names[i], names[j]) for i, j in pairs]
        return kept


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two RGB pictures are copies, by their pixels."""
    half = _gaps(*_at(1 / 2, one.convert("L"), other.convert("L")))
    quarter = _gaps(*_at(1 / 4, one, other))
    return bool(_copied(half, _HALF, _HALF_RATIO)[0]) and float(quarter.max()) <= _QUARTER


@dataclass(frozen=True)
class _Looks:
    """The facts of n pictures as arrays; the rules below take the rows of n pairs."""

    sizes: NDArray[np.float64]
    """(n, 2)"""
    coarse: NDArray[np.float32]
    """Mean grey of the coarsest blocks: (n, 4, 4)."""
    rest: NDArray[np.void]
    """(n,) of `_LOOK`, on disk."""

    def blocks(self, side: int, rows: Rows) -> NDArray[np.float32]:
        """Mean grey of side × side blocks of some."""
        return self.coarse[rows] if side == _COARSE else self.rest[str(side)][rows]


def _written(
    facts: Iterable[tuple[str, Facts]], file: IO[bytes]
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float32]]:
    """Names, sizes and coarsest blocks of the pictures that show something; the rest is written."""
    names: list[str] = []
    sizes, coarse = [np.empty((0, 2))], [np.empty((0, _COARSE, _COARSE), np.float32)]
    todo = iter(facts)
    while block := list(islice(todo, _BLOCK)):
        shown = [(n, f) for n, f in block if np.ptp(greys([f])) >= _CONTRAST]
        found = [f for _, f in shown]
        names += [n for n, _ in shown]
        sizes.append(np.array([(f.width, f.height) for f in found], float).reshape(-1, 2))
        coarse.append(_means(greys(found), _COARSE))
        with writing():
            file.write(_rest(found).tobytes())
    with writing():
        file.flush()
    return names, np.concatenate(sizes), np.concatenate(coarse)


def _rest(facts: Sequence[Facts]) -> NDArray[np.void]:
    found = np.zeros(len(facts), _LOOK)
    found["grey"], found["color"] = greys(facts), colors(facts)
    for side in _FINER:
        found[str(side)] = _means(found["grey"], side)
    return found


def _means(grey: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Mean grey of side × side blocks."""
    shape = (len(grey), side, GREY // side, side, GREY // side)
    return grey.reshape(shape).mean(axis=(2, 4), dtype=np.float32)


def _shape(looks: _Looks, one: Rows, other: Rows) -> NDArray[np.bool_]:
    """One size is the other's, scaled."""
    first, second = looks.sizes[one], looks.sizes[other]
    scale = np.sqrt(second.prod(axis=1) / first.prod(axis=1))
    lost = np.abs(second - first * scale[:, None]).max(axis=1) / np.maximum(scale, 1)
    return (np.maximum(scale, 1 / scale) <= _SCALE) & (lost <= _ROUNDING)


def _blocks(looks: _Looks, one: Rows, other: Rows) -> NDArray[np.bool_]:
    """Nowhere is one much darker; finer blocks only where coarser ones agree."""
    alike = np.ones(len(one), dtype=np.bool_)
    for side, most in _BLOCKS.items():
        rows = np.flatnonzero(alike)
        gaps = np.abs(looks.blocks(side, one[rows]) - looks.blocks(side, other[rows]))
        alike[rows] = gaps.max(axis=(1, 2)) <= most
    return alike


def _color(looks: _Looks, one: Rows, other: Rows) -> NDArray[np.bool_]:
    gaps = looks.rest["color"][one].astype(np.int16) - looks.rest["color"][other]
    mean = np.abs(gaps.mean(axis=(1, 2))).max(axis=1)
    return (np.abs(gaps).max(axis=(1, 2, 3)) <= _COLOR) & (mean <= _MEAN)


def _grey(looks: _Looks, one: Rows, other: Rows) -> NDArray[np.bool_]:
    grey = looks.rest["grey"]
    return _copied(_gaps(grey[one], grey[other]), _GREY, _RATIO)


def _gaps(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Absolute differences, one row per picture."""
    gaps = np.abs(one.astype(np.int16) - other).astype(np.float32)
    return gaps.reshape(len(gaps), math.prod(gaps.shape[1:]))


def _copied(gaps: NDArray[np.float32], most: float, ratio: float) -> NDArray[np.bool_]:
    """No gap is large, and none stands out from the others as an edit does."""
    worst = gaps.max(axis=1)
    spread = np.sqrt(np.square(gaps).mean(axis=1))
    return (worst <= most) & ((worst <= _NOTHING) | (worst <= ratio * spread))


def _at(share: float, *pictures: Image.Image) -> list[NDArray[np.uint8]]:
    """The pictures at a share of the smallest one's size."""
    width = max(1, round(min(p.width for p in pictures) * share))
    height = max(1, round(min(p.height for p in pictures) * share))
    scaled = (p.resize((width, height), Image.Resampling.BILINEAR) for p in pictures)
    return [np.asarray(p)[None] for p in scaled]


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
