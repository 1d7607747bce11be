"""The process that decodes: pictures on its standard input, clean pictures on its standard output.

    in   8 bytes: length, big-endian   the picture
    out  1 byte: P or F   8 bytes: length   the clean picture, or one line that says why not

It is run as a file by `generation.decoding`, alone (`python -I`), with an empty environment, and
imports nothing but Pillow; so what breaks a decoder finds no key, and nothing of this project.
It ends when its input does.

Kept are the pixels of the first frame in RGB, upright by EXIF: of 16 bits per channel the upper
byte, as in the image store. What is transparent is laid on white: most such pictures of the web
are drawings in black on nothing, which Pillow's `convert` would turn black on black. Colour
profiles are ignored. Lossless files become PNG, the others JPEG of quality 95 without
subsampling; both are written without metadata.
"""

import io
import math
import resource
import struct
import sys
import warnings
from contextlib import suppress
from typing import BinaryIO, Final

from PIL import (
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

FORMATS: Final = ("PNG", "JPEG", "WEBP")
LENGTH: Final = struct.Struct(">Q")
PICTURE: Final = b"P"
FAILED: Final = b"F"
JPEG_QUALITY: Final = 95
PNG_LEVEL: Final = 3
"""Of a photograph, 2 % larger than zlib's level 6 makes it, in a third of the time."""

_PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Imported before the limits hold; without them Pillow looks for all that it has."""


class RefusedError(ValueError):
    """What is no picture, or one that may not be decoded; its text is the cause."""


def clean(data: bytes, max_pixels: int) -> bytes:
    """The picture in bytes of ours. Raises RefusedError, and for a corrupt file anything at all."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > max_pixels:
                size = f"{image.width}×{image.height}"
                raise RefusedError(f"it has {size} pixels, more than {max_pixels:,}")
            lossless = image.format == "PNG" or (image.format == "WEBP" and b"VP8L" in data)
            image.load()
            return _encoded(_rgb(_turned(image)), lossless)
    except UnidentifiedImageError:
        raise RefusedError("it is no PNG, JPEG or WebP file") from None
    except Image.DecompressionBombError:
        raise RefusedError(f"it has more than {max_pixels:,} pixels") from None
    except MemoryError:
        raise RefusedError("decoding it takes more memory than a picture may") from None


def _turned(image: Image.Image) -> Image.Image:
    """Upright by EXIF; as it is where the EXIF data cannot be read."""
    with suppress(Exception):  # metadata that nobody needs may be broken in any way
        return ImageOps.exif_transpose(image)
    return image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        upper = image.tobytes("raw", "I;16B")[::2]
        return Image.frombytes("L", image.size, upper).convert("RGB")
    if image.mode in ("I", "F"):
        raise RefusedError("its pixels are 32-bit numbers, whose range no file states")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white


def _encoded(image: Image.Image, lossless: bool) -> bytes:
    image.info.clear()
    buffer = io.BytesIO()
    if lossless:
        image.save(buffer, format="PNG", compress_level=PNG_LEVEL)
    else:
        image.save(buffer, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def _confine(memory: int) -> None:
    """Limits for the life of the process; what the system does not know is left out."""
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for limit, most in limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


def _allow(seconds: int) -> None:
    """CPU time for one more picture; the kernel ends the process that takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soon = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))


def _answered(data: bytes, max_pixels: int) -> tuple[bytes, bytes]:
    try:
        return PICTURE, clean(data, max_pixels)
    except Exception as error:  # noqa: BLE001 a corrupt file makes the decoders raise anything
        why = str(error) if isinstance(error, RefusedError) else f"it cannot be decoded ({error})"
        return FAILED, " ".join(why.split())[:300].encode("utf-8", "replace")


def _serve(source: BinaryIO, sink: BinaryIO, max_pixels: int, seconds: int) -> None:
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        data = source.read(LENGTH.unpack(head)[0])
        _allow(seconds)
        status, answer = _answered(data, max_pixels)
        sink.write(status + LENGTH.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # Pillow warns of large pictures; the cap is above
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    _confine(memory=int(sys.argv[1]))
    _serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]), int(sys.argv[3]))
