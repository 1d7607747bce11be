"""The run's image store: every picture once, original bytes, named by its hash."""

import hashlib
import io
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from blindspot.core.errors import DataError

MAX_PIXELS: Final = 64_000_000
"""Larger pictures are refused; a decompression bomb is a picture too."""

_EXTENSIONS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}


class ImageStore:
    """A folder of `<sha256>.<ext>` files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep a picture's bytes and return its name. Raises DataError when they are not a
        readable picture.
        """
        name = f"{hashlib.sha256(data).hexdigest()}.{check(data)}"
        path = self.root / name
        if not path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(data)
            part.replace(path)
        return name

    def path(self, name: str) -> Path:
        """Where the picture lies."""
        return self.root / name

    def open(self, name: str) -> Image.Image:
        """The decoded picture in RGB."""
        with Image.open(self.path(name)) as image:
            return image.convert("RGB")


def check(data: bytes) -> str:
    """The file extension of a picture that can be decoded; DataError with the cause otherwise."""
    try:
        with Image.open(io.BytesIO(data), formats=list(_EXTENSIONS)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _refused(f"it has {width}×{height} pixels, more than {MAX_PIXELS:,}")
            image.load()
            return _EXTENSIONS[image.format or "PNG"]
    except UnidentifiedImageError as error:
        raise _refused("it is no PNG, JPEG, WebP, GIF or BMP file") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused(f"it cannot be decoded ({error})") from error


def encode(image: Image.Image) -> bytes:
    """PNG bytes of a picture, the same for the same pixels."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()


def _refused(why: str) -> DataError:
    return DataError("A picture was refused", why, "Replace the file or leave the sample out")
