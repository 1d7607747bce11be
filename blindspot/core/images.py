"""The run's image store: every picture once, in bytes that show every reader the same pixels.

The same bytes go to an endpoint, to a local model and to every hash, so they must not depend on
who decodes them. A PNG, JPEG or WebP that all read alike is kept as it came. What they read
differently, or not at all, is turned into a PNG of its RGB pixels once, when it is stored:

    transparency          dropped, as Pillow's `convert("RGB")` drops it, and with it lmms-eval's
                          tasks and transformers; vLLM and others lay the picture on white
    EXIF orientation      applied, as datasets and transformers apply it; vLLM does not
    16 bits per channel   the upper byte of each; Pillow's `convert` clips grey at 255, which
                          turns almost every such picture white
    CMYK and others       Pillow's `convert("RGB")`
    animation             the first frame
    GIF, BMP, TIFF, AVIF  the first picture of the file; not every server reads them

Colour profiles are ignored, as all of the above ignore them. A shape that a model cannot take (one
by ten thousand) is a picture all the same: the model's failure, not the store's.
"""

import hashlib
import io
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.ExifTags import Base

from blindspot.core.artifact import disk_error
from blindspot.core.errors import DataError

MAX_PIXELS: Final = 64_000_000
"""Larger pictures are refused; a decompression bomb is a picture too."""

_KEPT: Final = {"PNG": "png", "JPEG": "jpg", "MPO": "jpg", "WEBP": "webp"}
_EXTENSIONS: Final = tuple(dict.fromkeys(_KEPT.values()))
_READ: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_ALIKE: Final = {"RGB", "L", "1", "P"}
"""Modes that every reader turns into the same RGB, where nothing is transparent."""
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PNG_END: Final = b"IEND\xaeB`\x82"
_FILTERS: Final = threading.Lock()


class ImageStore:
    """A folder of `<sha256>.<ext>` files, named by the hash of the bytes that were put, which
    are the file's own unless they were turned into a PNG; so a name outlives a new Pillow.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep a picture and return its name; safe from several threads, and quick for one that
        is already here and whole. Raises DataError when the bytes are not a readable picture.
        """
        digest = hashlib.sha256(data).hexdigest()
        for known in (f"{digest}.{extension}" for extension in _EXTENSIONS):
            if self._has(known, data):
                return known
        extension, kept = normalised(data)
        name = f"{digest}.{extension}"
        self._write(self.path(name), kept)
        return name

    def path(self, name: str) -> Path:
        """Where the picture lies."""
        return self.root / name

    def read(self, name: str) -> bytes:
        """The stored bytes. Raises OSError where there are none, DataError for damaged ones."""
        data = self.path(name).read_bytes()
        if not _is_whole(name, data):
            why = "it is not what was stored: it was damaged or changed"
            way_out = "Store it again with --redo evaluation; no finished call is asked again"
            raise DataError(f"The picture {self.path(name)}", why, way_out)
        return data

    def open(self, name: str) -> Image.Image:
        """The decoded picture in RGB. Raises as `read` does."""
        data = self.read(name)
        with _quiet():
            image = Image.open(io.BytesIO(data))
        with image:
            return _upright_rgb(image)

    def _has(self, name: str, data: bytes) -> bool:
        """Whether a picture lies here under this name and is whole."""
        try:
            kept = self.path(name).read_bytes()
        except OSError:
            return False
        return kept == data or _is_whole(name, kept)

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise disk_error(path, error) from error


def _is_whole(name: str, data: bytes) -> bool:
    """Whether bytes are what was stored under a name: their hash is the name, or they are a PNG
    that was made of the picture, whose every part bears a checksum.
    """
    if hashlib.sha256(data).hexdigest() == Path(name).stem:
        return True
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.verify()
    except Exception:  # noqa: BLE001 a corrupt file makes Pillow raise anything at all
        return False
    return name.endswith(".png") and data.endswith(_PNG_END)


def check(data: bytes) -> str:
    """The extension under which a picture is stored; DataError with the cause when it cannot be
    decoded.
    """
    return _decoded(data)[0] or "png"


def normalised(data: bytes) -> tuple[str, bytes]:
    """Extension and bytes as a picture is stored and sent: its own where every reader sees the
    same pixels in them, a PNG otherwise. Raises DataError when it cannot be decoded.
    """
    extension, image = _decoded(data)
    return (extension, data) if extension else ("png", encode(image))


def pixels(data: bytes) -> Image.Image:
    """The RGB pixels that a stored picture shows. Raises DataError when it cannot be decoded."""
    return _decoded(data)[1]


def encode(image: Image.Image) -> bytes:
    """PNG bytes of a picture, the same for the same pixels."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()


def _decoded(data: bytes) -> tuple[str | None, Image.Image]:
    """The RGB pixels, and the extension if the bytes can be kept as they are."""
    try:
        with _quiet():
            image = Image.open(io.BytesIO(data), formats=_READ)
        with image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width}×{image.height}"
                raise _refused(f"it has {size} pixels, more than {MAX_PIXELS:,}")
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # lmms-eval sets it: half a picture, half grey
            image.load()
            extension = _KEPT.get(image.format or "") if _is_alike(image, data) else None
            return extension, _upright_rgb(image)
    except UnidentifiedImageError as error:
        raise _refused("it is no PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file") from error
    except Image.DecompressionBombError as error:
        raise _refused(f"it has more than {MAX_PIXELS:,} pixels") from error
    except (DataError, MemoryError):
        raise
    except Exception as error:  # a corrupt file makes Pillow's decoders raise anything at all
        raise _refused(f"it cannot be decoded ({error})") from error


def _is_alike(image: Image.Image, data: bytes) -> bool:
    """Whether every reader sees the same pixels in these bytes."""
    deep = image.format == "PNG" and data[24] == 16  # bits per channel, in the file's header
    animated = image.format != "MPO" and getattr(image, "is_animated", False)
    transparent = "transparency" in image.info
    plain = image.mode in _ALIKE and not (deep or animated or transparent)
    return plain and _orientation(image) not in _TURNS


def _upright_rgb(image: Image.Image) -> Image.Image:
    turn = _TURNS.get(_orientation(image))
    image.info.pop("transparency", None)  # dropped without a warning; the pixels are the same
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("its pixels are 32-bit numbers, whose range no file states")
    rgb = image.convert("RGB")
    return rgb if turn is None else rgb.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1, upright, where it cannot be read."""
    try:
        with _quiet():
            return int(image.getexif().get(Base.Orientation, 1))
    except Exception:  # noqa: BLE001 metadata that nobody needs may be broken in any way
        return 1


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences Pillow, which warns of what is handled here: large pictures, broken metadata. One
    thread at a time, since the warning filters belong to the process.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refused(why: str) -> DataError:
    return DataError("A picture was refused", why, "Replace the file or leave the sample out")
