"""Pictures on a page: each once, small, the most important first, and what was left out counted.

A picture is asked for while the page's numbers are made and embedded once at the end of the page;
every place that shows it refers to it there.
"""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, check

LONG_SIDE: Final = 320
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
    unreadable: int
    """Missing from the image store, or no picture."""


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
        """Make thumbnails by priority until one of the limits is reached."""
        names = sorted(self._wanted, key=self._wanted.__getitem__)
        found: dict[str, Thumbnail] = {}
        unreadable = used = 0
        for position, name in enumerate(names):
            if len(found) == most:
                return Chosen(found, len(names) - position, unreadable)
            thumbnail = self._thumbnail(name, f"picture-{len(found)}")
            if thumbnail is None:
                unreadable += 1
                continue
            used += len(thumbnail.uri)
            if used > most_bytes:
                return Chosen(found, len(names) - position, unreadable)
            found[name] = thumbnail
        return Chosen(found, 0, unreadable)

    def _thumbnail(self, name: str, key: str) -> Thumbnail | None:
        try:
            data = self._read(name)
            check(data)
            with Image.open(io.BytesIO(data)) as image:
                return shrink(image.convert("RGB"), key)
        except (DataError, OSError, KeyError):
            return None

    def _read(self, name: str) -> bytes:
        path = self._images.path(name)
        if _NAME.fullmatch(name) and path.is_file():
            return path.read_bytes()
        return self._bytes[name]()


def shrink(image: Image.Image, key: str) -> Thumbnail:
    """A lossless copy of a tiny picture, a WebP of at most 320 pixels of any other."""
    tiny = max(image.size) <= TINY
    if not tiny:
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if tiny:
        image.save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "WEBP", quality=70)
    text = base64.b64encode(buffer.getvalue()).decode()
    kind = "png" if tiny else "webp"
    return Thumbnail(key, image.width, image.height, f"data:image/{kind};base64,{text}", tiny)
