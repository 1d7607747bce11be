"""Pictures on a page: each once, small, the most important first, and what was left out counted.

A picture is asked for while the page's numbers are made and embedded once at the end of the page;
every place that shows it refers to it there. Where all that may stand there would weigh too much,
all are made smaller, step by step, before any is left out for its weight.
"""

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from typing import Final

from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, pixels
from blindspot.core.progress import say

LONG_SIDE: Final = 320
QUALITY: Final = 70
STEPS: Final = ((LONG_SIDE, QUALITY), (320, 50), (288, 50), (256, 50), (224, 40), (192, 35))
"""Long sides in pixels and WebP qualities, from the best to the smallest."""
TINY: Final = 128
"""Up to this long side a picture is kept as it is, pixel by pixel."""
_NAME: Final = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")


class Priority(IntEnum):
    """Which pictures stay when there are too many; the lowest number first."""

    FAILING = 0
    PASSING = 1
    TRAINING = 2


@dataclass(frozen=True)
class Thumbnail:
    """A picture as it stands in the page."""

    key: str
    """Its place in the page, also the fragment of its address."""
    width: int
    height: int
    uri: str
    """`data:image/…;base64,…`."""
    tiny: bool
    """Shown enlarged, without smoothing."""


@dataclass(frozen=True)
class Chosen:
    """What became of the pictures that were asked for."""

    thumbnails: dict[str, Thumbnail]
    """By name."""
    left_out: int
    """Beyond the limits of number or bytes."""
    unreadable: frozenset[str]
    """Names of those that are missing from the image store, or are no picture."""
    long_side: int = LONG_SIDE
    """In pixels."""
    quality: int = QUALITY
    """Of WebP, up to 100."""


class Gallery:
    """Collects which pictures a page wants."""

    def __init__(self, images: ImageStore) -> None:
        self._images = images
        self._wanted: dict[str, Priority] = {}
        self._bytes: dict[str, Callable[[], bytes]] = {}

    def want(self, name: str, priority: Priority, data: Callable[[], bytes] | None = None) -> str:
        """Ask for a picture; `data` gives its bytes where the image store lacks it."""
        self._wanted[name] = min(priority, self._wanted.get(name, priority))
        if data:
            self._bytes[name] = data
        return name

    def choose(self, most: int, most_bytes: int) -> Chosen:
        """Thumbnails by priority, `most` at most, in the best of the steps in which they weigh no
        more than `most_bytes`; in the last one those that still do are left out.
        """
        names = sorted(self._wanted, key=self._wanted.__getitem__)
        images, unreadable = self._open(names, most)
        made, step = _sized(images, most_bytes)
        fitting = _fitting(made, most_bytes)
        left_out = len(names) - len(unreadable) - len(fitting)
        return Chosen(fitting, left_out, frozenset(unreadable), *step)

    def keep(self, folder: Path) -> None:
        """Write every picture that was asked for and can be read into a folder, as it came."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self._wanted:
            if _NAME.fullmatch(name) and not isinstance(self._pixels(name), str):
                (folder / name).write_bytes(self._read(name))

    def _open(self, names: Sequence[str], most: int) -> tuple[dict[str, Image.Image], list[str]]:
        """The first pictures that can be read, no larger than they are shown; and the names of
        those that cannot.
        """
        found: dict[str, Image.Image] = {}
        unreadable: dict[str, str] = {}
        for name in names:
            if len(found) == most:
                break
            image = self._pixels(name)
            if isinstance(image, str):
                unreadable[name] = image
            else:
                found[name] = image
        if unreadable:
            say(f"{len(unreadable)} pictures cannot be shown. {next(iter(unreadable.values()))}")
        return found, list(unreadable)

    def _pixels(self, name: str) -> Image.Image | str:
        """A picture no larger than it is shown, or why there is none."""
        try:
            return _within(pixels(self._read(name)), LONG_SIDE)
        except KeyError:
            return f"{self._images.path(name)}: there is no such file."
        except (DataError, OSError) as error:
            return str(error)

    def _read(self, name: str) -> bytes:
        if _NAME.fullmatch(name) and self._images.path(name).is_file():
            return self._images.read(name)
        return self._bytes[name]()


def shrink(
    image: Image.Image, key: str, long_side: int = LONG_SIDE, quality: int = QUALITY
) -> Thumbnail:
    """A lossless copy of a tiny picture, a WebP of a limited long side of any other."""
    tiny = max(image.size) <= TINY
    small = image if tiny else _within(image, long_side)
    buffer = io.BytesIO()
    if tiny:
        small.save(buffer, "PNG", optimize=True)
    else:
        small.save(buffer, "WEBP", quality=quality)
    text = base64.b64encode(buffer.getvalue()).decode()
    kind = "png" if tiny else "webp"
    return Thumbnail(key, small.width, small.height, f"data:image/{kind};base64,{text}", tiny)


def _within(image: Image.Image, side: int) -> Image.Image:
    """A copy of at most so many pixels a side."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def _sized(
    images: Mapping[str, Image.Image], most_bytes: int
) -> tuple[dict[str, Thumbnail], tuple[int, int]]:
    """The thumbnails in the best step in which they fit, else in the last, and the step."""
    for step in STEPS[:-1]:
        made = _made(images, step)
        if _weight(made) <= most_bytes:
            return made, step
    return _made(images, STEPS[-1]), STEPS[-1]


def _made(images: Mapping[str, Image.Image], step: tuple[int, int]) -> dict[str, Thumbnail]:
    return {n: shrink(image, f"picture-{k}", *step) for k, (n, image) in enumerate(images.items())}


def _weight(made: Mapping[str, Thumbnail]) -> int:
    return sum(len(t.uri) for t in made.values())


def _fitting(made: Mapping[str, Thumbnail], most_bytes: int) -> dict[str, Thumbnail]:
    """The first that weigh no more than this together."""
    sums = accumulate(len(t.uri) for t in made.values())
    return {n: t for (n, t), used in zip(made.items(), sums, strict=True) if used <= most_bytes}
