"""Pictures from anywhere, broken: a picture of ours comes out, or the cause why none does."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from blindspot.core import images
from blindspot.core.images import ImageStore
from blindspot.core.records import Failure
from generation.decoding import Caps, Decoders
from generation.fetching.answers import check_kind
from generation.fetching.policy import Get, Refused

fuzzed = settings.get_profile("fuzz")


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **more)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int = 8, kind: int = 2, body: bytes = b"") -> bytes:
    """A PNG that claims to be this large, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return (
        signature + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    )


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "x" * 200
    return exif


PHOTO = Image.fromarray((np.indices((24, 32)).sum(0) * 4).astype(np.uint8)).convert("RGB")
FRAMES = [Image.new("P", (8, 8), i) for i in range(3)]
SEEDS = {
    "png": saved(PHOTO, "PNG"),
    "palette": saved(PHOTO.quantize(16), "PNG", transparency=0),
    "transparent": saved(PHOTO.convert("RGBA"), "PNG"),
    "deep": saved(Image.fromarray(np.full((8, 8), 40_000, np.uint16)), "PNG"),
    "bits": saved(PHOTO.convert("1"), "PNG"),
    "jpeg": saved(PHOTO, "JPEG", exif=_exif()),
    "progressive": saved(PHOTO, "JPEG", progressive=True),
    "cmyk": saved(PHOTO.convert("CMYK"), "JPEG"),
    "webp": saved(PHOTO, "WEBP"),
    "lossless": saved(PHOTO, "WEBP", lossless=True),
    "gif": saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
    "bmp": saved(PHOTO, "BMP"),
    "tiff": saved(PHOTO, "TIFF"),
    "packed tiff": saved(PHOTO, "TIFF", compression="tiff_lzw"),
    "floats": saved(Image.new("F", (8, 8)), "TIFF"),
    "animated": saved(FRAMES[0].convert("RGB"), "WEBP", save_all=True, append_images=FRAMES[1:]),
    "apng": saved(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]),
}
BROKEN = {
    "empty": b"",
    "nothing by nothing": png(0, 0),
    "no height": png(5, 0),
    "claims four gigapixels": png(65_535, 65_535),
    "claims all": png(2**31 - 1, 2**31 - 1),
    "a line of a million": png(1_000_000, 1, body=b"\x00" + b"\x00" * 3_000_000),
    "no such depth": png(8, 8, depth=3),
    "no such kind": png(8, 8, kind=5),
    "bomb": png(20_000, 20_000, kind=0, body=b"\x00" * 2_000_000),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "html": b"<html><script>alert(1)</script>",
    "zip": b"PK\x03\x04" + b"\x00" * 60,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "gif with html behind": SEEDS["gif"] + b"<script>alert(1)</script>",
    "png in name alone": b"\x89PNG\r\n\x1a\n",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ImageStore:
    return ImageStore(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(Caps(pixels=1_000_000, wall_seconds=20.0), processes=1)
    yield pool
    pool.close()


def stored(fuzz: Any, store: ImageStore, data: bytes) -> None:
    """What the store makes of it can be opened, counted, and shown by every reader."""
    name = fuzz.documented(lambda: store.put(data))
    if name is None:
        return
    kept = store.path(name).read_bytes()
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(kept)) as image:
        assert image.format in ("PNG", "JPEG", "WEBP", "MPO")
        assert image.width * image.height <= images.MAX_PIXELS
        image.load()
        assert sum(1 for _ in ImageSequence.Iterator(image)) == 1 or image.format == "MPO"
    assert store.open(name).mode == "RGB"
    assert images.pixels(kept).size == store.open(name).size


@settings(fuzzed, max_examples=fuzzed.max_examples * 4)
@given(data=st.data())
def test_the_store(fuzz: Any, store: ImageStore, data: st.DataObject) -> None:
    seed = SEEDS[data.draw(st.sampled_from(sorted(SEEDS)))]
    stored(fuzz, store, fuzz.raw(data, seed))


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_the_store_and_the_decoder_of_what_is_hostile(
    fuzz: Any, store: ImageStore, decoders: Decoders, name: str
) -> None:
    stored(fuzz, store, BROKEN[name])
    [made] = decoders.decoded([BROKEN[name]])
    assert isinstance(made, Failure) or Image.open(io.BytesIO(made)).format in ("PNG", "JPEG")


@fuzzed
@given(data=st.data())
def test_the_decoder(fuzz: Any, decoders: Decoders, data: st.DataObject) -> None:
    seed = SEEDS[data.draw(st.sampled_from(sorted(SEEDS)))]
    [made] = decoders.decoded([fuzz.raw(data, seed)])
    if isinstance(made, Failure):
        assert made.kind == "image"
        return
    with Image.open(io.BytesIO(made)) as image:
        image.load()
        assert (image.mode, image.format in ("PNG", "JPEG")) == ("RGB", True)


@fuzzed
@given(data=st.data())
def test_what_calls_itself_a_picture(fuzz: Any, data: st.DataObject) -> None:
    wanted: Any = data.draw(st.sampled_from(["picture", "json"]))
    body = fuzz.raw(data, data.draw(st.sampled_from([SEEDS["png"], b'{"results": []}'])))
    try:
        check_kind(body, Get("https://example.org/a.png", wanted))
    except Refused:
        return
    assert wanted == "picture" or body.lstrip()[:1] == b"{"
