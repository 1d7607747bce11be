"""What comes through safe decoding and what does not: pixels, formats, metadata, appendices."""

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from blindspot.core.records import Failure
from generation.decoding import cleaned, decoded
from generation.gates.safe_decode import unsafe


def test_lossless_pixels_come_back_unchanged(scene, encoded, picture) -> None:
    found = picture(encoded(scene(), "PNG"))
    assert (found.format, found.mode) == ("PNG", "RGB")
    assert found.tobytes() == scene().tobytes()
    lossless = picture(encoded(scene(), "WEBP", lossless=True))
    assert (lossless.format, lossless.tobytes()) == ("PNG", scene().tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_pixels_come_back_nearly_unchanged(kind: str, scene, encoded, picture) -> None:
    data = encoded(scene(), kind)
    before = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)
    found = picture(data)
    assert found.format == "JPEG"
    assert np.abs(np.asarray(found, dtype=int) - before).mean() < 3


def test_the_same_picture_gives_the_same_bytes_in_every_process(scene, encoded) -> None:
    data = encoded(scene(), "JPEG")
    assert len(set(decoded([data] * 8))) == 1


def test_order_is_kept_and_one_bad_picture_costs_one(scene, encoded) -> None:
    sizes = range(10, 40)
    datas = [encoded(scene(size, 10), "PNG") for size in sizes]
    datas[7] = b"not a picture"
    found = decoded(datas)
    assert isinstance(found[7], Failure)
    widths = [Image.open(io.BytesIO(d)).width for d in found if isinstance(d, bytes)]
    assert widths == [size for size in sizes if size != 17]


def test_nothing_appended_survives(scene, encoded, one) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.txt", "payload-7391")
    for kind in ("PNG", "JPEG", "WEBP"):
        for tail in (archive.getvalue(), b"<script>payload-7391</script>"):
            data = one(encoded(scene(), kind) + tail)
            assert isinstance(data, bytes)
            assert b"payload-7391" not in data
            assert unsafe(data) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_file_is_refused(kind: str, encoded, refusal) -> None:
    data = encoded(Image.effect_noise((64, 64), 90).convert("RGB"), kind)
    assert re.search("cannot be decoded|no PNG", refusal(data[: len(data) // 2]))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PPM", "ICO"])
def test_other_formats_are_refused(kind: str, scene, encoded, refusal) -> None:
    assert "no PNG, JPEG or WebP" in refusal(encoded(scene(), kind))


@pytest.mark.parametrize("data", [b"", b"<svg onload='x()'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(data: bytes, refusal) -> None:
    assert "refused" in refusal(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept(kind: str, encoded, picture) -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "green", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    found = picture(data)
    assert getattr(found, "n_frames", 1) == 1
    assert found.getpixel((8, 8)) == (255, 0, 0)


def test_upright_by_exif(scene, encoded, picture) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # shown turned clockwise by 90°
    found = picture(encoded(scene(), "PNG", exif=exif))
    assert found.size == (20, 40)
    assert found.tobytes() == scene().transpose(Image.Transpose.ROTATE_270).tobytes()
    assert not found.getexif()


def test_where_it_was_taken_is_not_kept(scene, encoded, one) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "canary-camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.6)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "canary-datum"
    for kind in ("JPEG", "WEBP", "PNG"):
        given_ = encoded(scene(), kind, exif=exif)
        assert b"canary" in given_
        data = one(given_)
        assert isinstance(data, bytes)
        assert b"canary" not in data
        assert not Image.open(io.BytesIO(data)).getexif()


def test_texts_profiles_and_comments_are_not_kept(scene, encoded) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "canary-7391")
    png = encoded(scene(), "PNG", pnginfo=info, icc_profile=b"canary-7391" * 20, dpi=(7, 7))
    jpeg = encoded(scene(), "JPEG", comment=b"canary-7391", icc_profile=b"canary-7391" * 20)
    for data in decoded([png, jpeg]):
        assert isinstance(data, bytes)
        assert b"canary" not in data
        assert "icc_profile" not in Image.open(io.BytesIO(data)).info
        assert unsafe(data) is None


def test_what_is_transparent_is_laid_on_white(encoded, picture) -> None:
    drawing = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    drawing.putpixel((2, 3), (0, 0, 0, 255))
    found = picture(encoded(drawing, "PNG"))
    assert found.getpixel((0, 0)) == (255, 255, 255)
    assert found.getpixel((2, 3)) == (0, 0, 0)


def test_of_sixteen_bits_the_upper_byte_is_kept(encoded, picture) -> None:
    grey = Image.fromarray(np.array([[0, 256, 0x7FFF, 0xFFFF]], dtype=np.uint16))
    found = picture(encoded(grey, "PNG"))
    assert [found.getpixel((x, 0)) for x in range(4)] == [(v, v, v) for v in (0, 1, 127, 255)]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_comes_out_in_rgb(mode: str, scene, encoded, picture) -> None:
    assert picture(encoded(scene().convert(mode), "PNG")).mode == "RGB"


def test_print_colours_come_out_in_rgb(scene, encoded, picture) -> None:
    assert picture(encoded(scene().convert("CMYK"), "JPEG")).mode == "RGB"


def test_what_could_not_be_had_stays_the_failure_it_is_in_its_place(scene, encoded) -> None:
    lost = Failure(kind="connection", message="no such host", retryable=True)
    first, second, third, fourth = cleaned([lost, encoded(scene(), "PNG"), b"no picture", lost])
    assert (first, fourth) == (lost, lost)
    assert isinstance(second, bytes)
    assert isinstance(third, Failure)
    assert third.kind == "image"
