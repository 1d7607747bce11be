"""Pictures are kept as they came where every reader sees the same pixels, and what is no picture is
refused with its cause.
"""

import io
import struct
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps
from PIL.ExifTags import Base

from blindspot.core import images
from blindspot.core.errors import DataError, StageError
from blindspot.core.images import ImageStore, check, encode, normalised

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8))
LEVELS = np.linspace(0, 65535, 48, dtype=np.uint16).reshape(6, 8)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def picture(kind: str = "PNG") -> bytes:
    return saved(Image.new("RGB", (8, 6), "red"), kind)


def transparent_palette() -> Image.Image:
    image = NOISE.quantize(8)
    image.info["transparency"] = bytes([0, 128, 255])
    return image


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 6), color) for color in ("red", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    return saved(NOISE, "JPEG", exif=exif)


def deep_rgb_png() -> bytes:
    """A 16-bit RGB PNG of one pixel, which Pillow reads and does not write."""
    grey = saved(Image.fromarray(LEVELS[:1, :1]), "PNG")
    return _rebuilt(grey, color_type=2, row=b"\x00" + bytes([0x12, 0xFF, 0x80, 0x00, 0xFE, 0x01]))


def _rebuilt(png: bytes, color_type: int, row: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = bytearray(png[16:29])
    header[9] = color_type
    body = chunk(b"IHDR", bytes(header)) + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    return png[:8] + body


KEPT = {
    "png": picture(),
    "jpeg": picture("JPEG"),
    "grey jpeg": saved(NOISE.convert("L"), "JPEG"),
    "webp": picture("WEBP"),
    "palette": saved(NOISE.quantize(8), "PNG"),
    "1 bit": saved(NOISE.convert("1"), "PNG"),
    "thin": saved(Image.new("RGB", (1, 10000), "red"), "PNG"),
    "upright": turned(1),
}
TURNED_INTO_PNG = {
    "rgba": saved(NOISE.convert("RGBA"), "PNG"),
    "la": saved(NOISE.convert("LA"), "PNG"),
    "transparent palette": saved(transparent_palette(), "PNG"),
    "color key": saved(NOISE, "PNG", transparency=(1, 2, 3)),
    "transparent webp": saved(Image.new("RGBA", (8, 6), (255, 0, 0, 9)), "WEBP", lossless=True),
    "cmyk": saved(NOISE.convert("CMYK"), "JPEG"),
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": saved(NOISE, "TIFF"),
    "animated gif": animated("GIF"),
    "animated webp": animated("WEBP"),
    "animated png": animated("PNG"),
}


def test_original_bytes_once(tmp_path: Path) -> None:
    store, data = ImageStore(tmp_path), picture("JPEG")
    assert store.put(data) == store.put(data)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [data]
    assert store.open(store.put(data)).size == (8, 6)


def test_equal_pixels_give_equal_bytes() -> None:
    assert encode(Image.new("RGB", (4, 4), "red")) == encode(Image.new("RGB", (4, 4), "red"))


@pytest.mark.parametrize("kind", KEPT)
def test_what_all_readers_see_alike_is_kept(tmp_path: Path, kind: str) -> None:
    store, data = ImageStore(tmp_path), KEPT[kind]
    name = store.put(data)
    assert store.path(name).read_bytes() == data
    assert name.endswith(f".{check(data)}")
    with Image.open(io.BytesIO(data)) as image:
        assert store.open(name).tobytes() == image.convert("RGB").tobytes()


@pytest.mark.parametrize("kind", TURNED_INTO_PNG)
def test_what_readers_see_differently_becomes_a_png_of_what_convert_gives(
    tmp_path: Path, kind: str
) -> None:
    store, data = ImageStore(tmp_path), TURNED_INTO_PNG[kind]
    name = store.put(data)
    assert store.path(name).read_bytes()[:4] == b"\x89PNG"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own advice about transparent palettes
        with Image.open(io.BytesIO(data)) as image:
            assert store.open(name).tobytes() == image.convert("RGB").tobytes()
    with Image.open(store.path(name)) as kept:
        assert (kept.mode, getattr(kept, "n_frames", 1), check(data)) == ("RGB", 1, "png")
    assert store.put(data) == name
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_rotation_is_applied_as_datasets_applies_it(tmp_path: Path, orientation: int) -> None:
    store, data = ImageStore(tmp_path), turned(orientation)
    with Image.open(io.BytesIO(data)) as image:
        expected = ImageOps.exif_transpose(image).convert("RGB")
    for found in (store.open(store.put(data)), Image.open(store.path(store.put(data)))):
        assert (found.size, found.tobytes()) == (expected.size, expected.tobytes())


def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    data = saved(NOISE, "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff\x12\x01")
    store = ImageStore(tmp_path)
    name = store.put(data)
    assert name.endswith(".jpg")
    assert store.open(name).size == images.pixels(data).size  # Pillow's warning would be an error


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(tmp_path: Path, kind: str) -> None:
    store = ImageStore(tmp_path)
    name = store.put(saved(Image.fromarray(LEVELS), kind))
    assert np.array_equal(np.asarray(store.open(name))[..., 0], LEVELS >> 8)
    assert name.endswith(".png")


def test_16_bit_color_keeps_the_upper_bytes(tmp_path: Path) -> None:
    store, data = ImageStore(tmp_path), deep_rgb_png()
    name = store.put(data)
    assert store.open(name).getpixel((0, 0)) == (0x12, 0x80, 0xFE)
    assert store.path(name).read_bytes() != data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no PNG"),
        (b"<!doctype html><html></html>", "it is no PNG"),
        (b"<svg/>", "it is no PNG"),
        (picture()[:40], "it is no PNG"),
        (picture("JPEG")[:-200], "cannot be decoded"),
        (saved(NOISE, "PNG")[:-2000], "truncated"),
        (saved(NOISE, "JPEG")[:-500], "truncated"),
        (saved(NOISE, "WEBP")[:-500], "cannot be decoded"),
        (saved(NOISE, "GIF")[:-500], "truncated"),
        (saved(Image.fromarray(np.zeros((4, 4), dtype=np.float32)), "TIFF"), "32-bit numbers"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why):
        ImageStore(tmp_path).put(data)
    assert not list(tmp_path.iterdir())


def test_half_a_picture_is_refused_though_a_library_allowed_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(DataError, match="truncated"):
        check(saved(NOISE, "PNG")[:-2000])


@given(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"]), st.data())
@settings(max_examples=150, deadline=None)
def test_corrupt_bytes_are_a_picture_or_refused(kind: str, data: st.DataObject) -> None:
    bad = bytearray(saved(NOISE, kind))
    for _ in range(data.draw(st.integers(1, 8))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    try:
        extension, kept = normalised(bytes(bad))
    except DataError:
        return
    assert check(kept) == extension


def test_huge_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 40)
    with pytest.raises(DataError, match="8×6 pixels, more than 40"):
        ImageStore(tmp_path).put(picture())


@pytest.mark.parametrize("height", [10_000, 5_000])
def test_200_megapixels_are_refused_unread(height: int) -> None:
    """Beyond Pillow's limit, and between its warning and its limit."""
    data = saved(Image.new("1", (20_000, height)), "PNG")
    begun = time.monotonic()
    with pytest.raises(DataError, match="more than 64,000,000"):
        check(data)
    assert time.monotonic() - begun < 0.2


def test_many_threads_put_the_same_pictures(tmp_path: Path) -> None:
    store, data = ImageStore(tmp_path / "images"), [*KEPT.values(), *TURNED_INTO_PNG.values()]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(store.put, data * 8))
    assert names == names[: len(data)] * 8
    assert sorted(set(names)) == sorted(p.name for p in store.root.iterdir())


def test_a_picture_that_is_here_is_not_decoded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, data = ImageStore(tmp_path), TURNED_INTO_PNG["cmyk"]
    name = store.put(data)
    monkeypatch.setattr(images, "normalised", None)
    assert store.put(data) == name


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="Writing"):
        ImageStore(tmp_path / "file").put(picture())


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])  # kept as it came, and turned into a PNG
def test_a_damaged_picture_is_refused_and_mended_by_storing_it_again(tmp_path, mode):
    buffer = io.BytesIO()
    Image.radial_gradient("L").convert(mode).save(buffer, "PNG")
    store = ImageStore(tmp_path)
    name = store.put(buffer.getvalue())
    stored = store.read(name)
    for at in range(0, len(stored), 397):
        damaged = bytearray(stored)
        damaged[at] ^= 0x10
        store.path(name).write_bytes(damaged)
        with pytest.raises(DataError, match=r"not what was stored.*--redo evaluation"):
            store.open(name)
    store.path(name).write_bytes(stored[:-1])
    with pytest.raises(DataError, match="not what was stored"):
        store.read(name)
    assert store.put(buffer.getvalue()) == name
    assert store.read(name) == stored
