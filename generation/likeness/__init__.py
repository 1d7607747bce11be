"""How a picture looks, as far as pictures are compared with one another.

    look(image)  →  Look(pixels="9f2c…", bits=(4,), colors=(16, 16, 3), grey=(48, 48),
                        windows=(387,))

Three questions are put to looks. Are they the same pixels? (`pixels`.) Are they near to the eye, as
a copy through JPEG, another size or another brightness is? (`bits` and `colors`, in
`generation.likeness.gallery`.) Is one a part of the other, turned or mirrored? (`windows`, `grey`
and `colors`, in `generation.likeness.alignment`.) A look takes about 6.5 KB.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Any, Final

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blindspot.core.spool import Heap
from generation.likeness.windows import SIDE, hashes, windows

GRID: Final = 16
"""Width and height of the colours."""
_HASH_SIZE: Final = 16
_PARTS: Final[dict[str, tuple[int, Any, tuple[int, ...]]]] = {
    "bits": (0, np.uint64, (4,)),
    "colors": (32, np.uint8, (GRID, GRID, 3)),
    "grey": (32 + GRID * GRID * 3, np.uint8, (SIDE, SIDE)),
    "windows": (32 + GRID * GRID * 3 + SIDE * SIDE, np.uint64, (len(windows()),)),
}
"""Where each array begins among a stowed look's bytes, its kind and shape."""


@dataclass(frozen=True)
class Look:
    """One picture as it is compared; made once per picture."""

    pixels: str
    """Hash of size and RGB pixels, whatever the file format."""
    bits: NDArray[np.uint64]
    """The perceptual hash, (4,): imagehash's `phash` with `hash_size=16`."""
    colors: NDArray[np.uint8]
    """Mean colours, (16, 16, 3)."""
    grey: NDArray[np.uint8]
    """Mean luminances, (48, 48)."""
    windows: NDArray[np.uint64]
    """The hashes of its windows, (387,): `generation.likeness.windows`."""


class StowedLook(Look):
    """A look of which memory holds the pixels' hash alone: what is compared is read from a heap
    when it is looked at. Pickled, it is a look as any other.
    """

    _heap: Heap
    _number: int

    def __init__(self, whole: Look, heap: Heap) -> None:
        data = b"".join(getattr(whole, name).tobytes() for name in _PARTS)
        vars(self).update(pixels=whole.pixels, _heap=heap, _number=heap.put(data))

    def __getattr__(self, name: str) -> NDArray[Any]:
        """Called for what memory does not hold."""
        if name not in _PARTS:
            raise AttributeError(name)
        begin, kind, shape = _PARTS[name]
        data = self._heap.get(self._number)
        return np.frombuffer(data, kind, math.prod(shape), begin).reshape(shape)

    def __reduce__(self) -> tuple[Any, ...]:
        return Look, (self.pixels, *(getattr(self, name) for name in _PARTS))


@dataclass(frozen=True)
class Limits:
    """Up to where two pictures are near."""

    bits: int
    """Differing bits of the hash."""
    color: int
    """Greatest difference of one colour of the 16×16 at equal brightness."""


def look(image: Image.Image) -> Look:
    """How a picture looks."""
    image = image.convert("RGB")
    shape = f"{image.width}x{image.height}:".encode()
    packed = np.packbits(imagehash.phash(image, hash_size=_HASH_SIZE).hash.reshape(-1))
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))
    return Look(
        pixels=hashlib.sha256(shape + image.tobytes()).hexdigest(),
        bits=packed.view(np.uint64),
        colors=np.asarray(image.resize((GRID, GRID), Image.Resampling.BOX)),
        grey=grey,
        windows=hashes(grey),
    )


def hamming(many: NDArray[np.uint64], one: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Differing bits of every row of `many` (n, words) and `one` (words,)."""
    return np.bitwise_count(many ^ one).sum(axis=1, dtype=np.int64)
