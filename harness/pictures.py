"""What the halves are drawn by: each stored picture's size, its pixels' hash, and how it looks when
small; and which pairs of pictures are the same to the eye. Kept by `blindspot.core.notes`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.notes import Notes

GREY: Final = 64
COLOR: Final = 16

Pair = tuple[str, str]
"""Names of two pictures, the smaller first."""


@dataclass(frozen=True)
class Facts:
    """One picture. The small pictures are scaled by a filter that spans every pixel under it
    (bilinear), so that copies of other sizes give the same.
    """

    width: int
    height: int
    pixels: str
    """Hash of size and RGB pixels, whatever the file format."""
    grey: bytes
    """64×64 levels of grey."""
    color: bytes
    """16×16 RGB."""


class Pictures:
    """The facts about a store's pictures."""

    def __init__(self, images: ImageStore) -> None:
        self.images = images
        self._facts = Notes(images, "facts_3", [field.name for field in fields(Facts)])
        self._verdicts = Notes(images, "verdicts_3", ["same"])
        self.path = self._facts.path

    def facts(self, names: Iterable[str]) -> Iterator[tuple[str, Facts]]:
        """Facts with their names, sorted by these, few in memory at once; those of pictures seen
        for the first time are read, in threads. Raises DataError for a picture that is not in the
        store.
        """
        rows = self._facts.each(names, lambda name: astuple(self._read(name)), "reading pictures")
        return ((name, Facts(*row)) for name, row in rows)

    def verdicts(
        self, pairs: Iterable[Pair], same: Callable[[Image.Image, Image.Image], bool]
    ) -> dict[Pair, bool]:
        """What `same` says of each pair's pictures; a pair is looked at once and remembered."""
        wanted = {" ".join(pair): pair for pair in pairs}

        def look(key: str) -> tuple[int]:
            one, other = wanted[key]
            return (int(same(self._open(one), self._open(other))),)

        found = self._verdicts.of(wanted, look, "comparing pictures")
        return {wanted[key]: bool(verdict) for key, (verdict,) in found.items()}

    def _open(self, name: str) -> Image.Image:
        try:
            return self.images.open(name)
        except OSError as error:
            raise DataError(
                f"The picture {self.images.path(name)}",
                f"it cannot be read ({error})",
                "Remove the file and run the same command again, which stores it anew",
            ) from error

    def _read(self, name: str) -> Facts:
        return facts_of(self._open(name))


def facts_of(image: Image.Image) -> Facts:
    """The facts about an RGB picture."""
    return Facts(
        width=image.width,
        height=image.height,
        pixels=hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest(),
        grey=_small(image.convert("L"), GREY).tobytes(),
        color=_small(image, COLOR).tobytes(),
    )


def greys(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 64, 64)"""
    return _stack([f.grey for f in facts], (GREY, GREY))


def colors(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 16, 16, 3)"""
    return _stack([f.color for f in facts], (COLOR, COLOR, 3))


def _stack(rows: list[bytes], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), *shape)


def _small(image: Image.Image, side: int) -> NDArray[np.uint8]:
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))
