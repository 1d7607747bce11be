"""Pictures found again by their looks, in two tiers.

    gallery.put(look(a))                               a is picture 0
    list(gallery.near(look(darker(a))))             →  [Match(0, "3 of 256 bits, colour 9")]
    gallery.parts(look(crop(a)), [0])               →  [Match(0, "a part of it, correlation .98")]

**Near** takes two limits together. A 256-bit perceptual hash sees structure in grey and
survives JPEG, rescaling and brightness; but charts differ little in it, so pictures whose hash is
near are compared again as 16×16 colours at equal brightness. Measured on 16 families × 250 fresh
pictures against 250 benchmark pictures each (false: a fresh picture is near one that was asked the
same question; recall: JPEG 90/75/50, brightness ±15 %, rescaling to 50/75/200 %):

    limits (bits, colour)     48 px: false  recall    96 px            224 px
    24, –                      0.65 %     99.5 %      0.72   99.8      0.55   99.9
    32, –                      2.45 %     99.7 %      2.60   99.9      2.02   99.9
    32, 100 (the default)      0.05 %     99.7 %      0.05   99.9      0.05   99.9
    48, 100                    0.47 %     99.9 %      0.73  100.0      0.80  100.0

Without colours charts alone make 5 to 20 % false alarms, and limits have to follow the
resolution; with them one pair of limits serves all.

**Parts** finds crops, borders, quarter turns and mirror images: `windows` proposes by hashes,
`alignment` verifies what is proposed. Measured by `bench.generating.likeness` on 199 pages, charts,
textures, tiles of photographs and drawings, with as many fresh ones (both tiers together):

    JPEG, brightness, size     100 %     turned, mirrored    99.9 %     text across      67 %
    crops of 50 to 90 %         93 %     in grey            100 %       other hues       36 %
    … of 48-pixel drawings      83 %     with a border       83 %       fresh pictures    0 %

A crop that was also turned or mirrored is not found. Of 700 pages in one layout, 97 % of the crops
propose their page among the first 24; in much larger sets of pages some fall behind `VERIFIED`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from generation.likeness import Limits, Look, hamming
from generation.likeness.alignment import Fit, Laid, color_gap, fits
from generation.likeness.turns import TURNS, turned
from generation.likeness.windows import whole_hash, windows

PROPOSED: Final = 16
"""Windows whose hashes differ in no more of 64 bits are compared."""
VERIFIED: Final = 48
"""Pictures that are compared at most, the nearest first."""

_CHUNK: Final = 128
"""Pictures whose windows are compared at once: 400 KB of hashes. Where it is some megabytes, memory
goes back to the system and is asked for again each time, which takes longer than comparing.
"""
_WORDS: Final = 4
_PART, _WHOLE, _TURN = range(3)
_HOW: Final = ("a part of it", "it is a part", "turned or mirrored")

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Match:
    """A picture of the gallery that another one is."""

    index: int
    """In the order in which they were put."""
    how: str
    """How near, for people."""
    same_pixels: bool = False
    sure: bool = True
    """Whether the pictures alone say so; otherwise it is likely."""


@dataclass(frozen=True)
class _Proposed:
    relation: int
    """`_PART`: the new picture may be a part of the known one; `_WHOLE`: the other way round."""
    index: int
    number: int
    """Of the window or of the turn."""

    def laid(self, new: Look, known: Look) -> Laid:
        if self.relation == _TURN:
            return Laid(turned(new, TURNS[self.number]), known, windows()[0])
        part, whole = (new, known) if self.relation == _PART else (known, new)
        return Laid(part, whole, windows()[self.number])

    def how(self, fit: Fit) -> str:
        return f"{_HOW[self.relation]}, correlation {fit.correlation:.2f}"


class Gallery:
    """Pictures in the order in which they were put. Hashes of windows take memory when they are
    first needed.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._looks: list[Look] = []
        self._bits = np.empty((16, _WORDS), np.uint64)
        self._hashes = np.empty((0, len(windows())), np.uint64)
        self._hashed = np.zeros(0, np.bool_)

    def __len__(self) -> int:
        return len(self._looks)

    def __getitem__(self, index: int) -> Look:
        return self._looks[index]

    def put(self, new: Look) -> int:
        """Add a picture and return its index."""
        index = len(self._looks)
        if index == len(self._bits):
            self._bits = np.concatenate([self._bits, np.empty_like(self._bits)])
        self._bits[index] = new.bits
        self._looks.append(new)
        return index

    def near(
        self, new: Look, counts: Callable[[int], bool] = lambda index: True
    ) -> Iterator[Match]:
        """The pictures that count and are the same or near, the nearest first."""
        distances = hamming(self._bits[: len(self._looks)], new.bits)
        found = np.flatnonzero(distances <= self._limits.bits)
        for index in found[np.argsort(distances[found], kind="stable")]:
            match = self._match(int(index), int(distances[index]), new) if counts(index) else None
            if match:
                yield match

    def parts(self, new: Look, among: Sequence[int] | Indices | None = None) -> list[Match]:
        """Those of the pictures (or of some) of which this one is a part, which are a part of it,
        or which it is when it is turned by quarters or mirrored, the best first.
        """
        picked = np.arange(len(self._looks)) if among is None else np.array(among, np.intp)
        proposed = self._proposed(new, picked) if len(picked) else []
        found = fits([p.laid(new, self._looks[p.index]) for p in proposed])
        good = [(fit, p) for fit, p in zip(found, proposed, strict=True) if fit and fit.likely]
        good.sort(key=lambda pair: (not pair[0].sure, -pair[0].correlation, pair[1].index))
        return [Match(p.index, p.how(fit), sure=fit.sure) for fit, p in good]

    def _match(self, index: int, distance: int, new: Look) -> Match | None:
        known = self._looks[index]
        if known.pixels == new.pixels:
            return Match(index, "same pixels", same_pixels=True)
        gap = color_gap(known.colors, new.colors)
        near = gap <= self._limits.color
        return Match(index, f"{distance} of 256 bits, colour {gap:.0f}") if near else None

    def _proposed(self, new: Look, picked: Indices) -> list[_Proposed]:
        """What is to be compared, the nearest first."""
        turns = np.array([whole_hash(turned(new, turn).grey) for turn in TURNS], np.uint64)
        blocks = [
            _nearest(self._windows(picked[start : start + _CHUNK]), new.windows, turns)
            for start in range(0, len(picked), _CHUNK)
        ]
        distance, number = np.concatenate(blocks, axis=2)
        relation, place = np.nonzero(distance <= PROPOSED)
        order = np.lexsort((relation, place, distance[relation, place]))[:VERIFIED]
        return [
            _Proposed(int(r), int(picked[i]), int(number[r, i]))
            for r, i in zip(relation[order], place[order], strict=True)
        ]

    def _windows(self, picked: Indices) -> NDArray[np.uint64]:
        """The hashes of some pictures' windows, (n, windows)."""
        if len(self._hashes) < len(self._bits):
            self._hashes = _longer(self._hashes, len(self._bits))
            self._hashed = _longer(self._hashed, len(self._bits))
        for index in picked[~self._hashed[picked]]:
            self._hashes[index] = self._looks[index].windows
        self._hashed[picked] = True
        return self._hashes[picked]


def _longer(rows: NDArray[Any], length: int) -> NDArray[Any]:
    """With zeros behind, which take no memory until something is written there."""
    found = np.zeros((length, *rows.shape[1:]), rows.dtype)
    found[: len(rows)] = rows
    return found


def _nearest(
    known: NDArray[np.uint64], own: NDArray[np.uint64], turns: NDArray[np.uint64]
) -> NDArray[np.intp]:
    """Of the windows (n, windows) of known pictures, for each relation: differing bits of the
    nearest pair, and the number of its window or turn. (2, relations, n)
    """
    whole = known[:, :1]
    counts = [np.bitwise_count(d) for d in (known ^ own[0], whole ^ own, whole ^ turns)]
    numbers = [each.argmin(axis=1) for each in counts]
    least = [c[np.arange(len(c)), n] for c, n in zip(counts, numbers, strict=True)]
    return np.array([least, numbers], np.intp)
