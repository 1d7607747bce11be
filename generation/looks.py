"""The looks of stored pictures, each found once and kept with the run (`blindspot.core.notes`). A
run compares with thousands: they lie on disk (`StowedLook`).

looks = Looks(folder.images)
looks.of(["9f.png"], images.open)      {"9f.png": Look(…)}
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.notes import Notes, Row
from blindspot.core.spool import Heap
from generation.likeness import GRID, SIDE, Look, StowedLook, look

_TABLE: Final = "looks_2"
"""Its number is raised whenever a look is made in another way."""


class Looks:
    """Of one store's pictures."""

    def __init__(self, images: ImageStore) -> None:
        self._notes = Notes(images, _TABLE, ["pixels", "bits", "colors", "grey", "windows"])
        self._heap = Heap()

    def of(self, names: Iterable[str], picture: Callable[[str], Image.Image]) -> dict[str, Look]:
        """The look of every named picture; `picture` opens those that were not looked at yet."""
        find = lambda name: _row(look(picture(name)))  # noqa: E731
        found = self._notes.each(names, find, "Looking at known pictures")
        return {name: self.stowed(_look(row)) for name, row in found}

    def keep(self, looks: Mapping[str, Look]) -> None:
        """Keep looks that somebody had."""
        self._notes.keep({name: _row(each) for name, each in looks.items()})

    def stowed(self, whole: Look) -> Look:
        """The same look, on disk."""
        return StowedLook(whole, self._heap)


def opened(images: ImageStore, name: str, whose: str, way_out: str) -> Image.Image:
    """A stored picture of the benchmark, say. Raises DataError where it cannot be read."""
    try:
        return images.open(name)
    except OSError as error:
        why = f"it cannot be read ({error})"
        raise DataError(f"The {whose}'s picture {images.path(name)}", why, way_out) from error


def _row(found: Look) -> Row:
    arrays = (found.bits, found.colors, found.grey, found.windows)
    return found.pixels, *(array.tobytes() for array in arrays)


def _look(row: Row) -> Look:
    pixels, bits, colors, grey, windows = row
    return Look(
        pixels=pixels,
        bits=np.frombuffer(bits, np.uint64),
        colors=np.frombuffer(colors, np.uint8).reshape(GRID, GRID, 3),
        grey=np.frombuffer(grey, np.uint8).reshape(SIDE, SIDE),
        windows=np.frombuffer(windows, np.uint64),
    )
