"""Pictures are let in only where their bytes are a picture and nothing else."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from blindspot.core.images import encode
from blindspot.core.records import CellShare, Failure
from blindspot.core.training_set import PlanCell
from generation.decoding import decoded
from generation.family import draw, families
from generation.gate import Proposal, Verdict, gates
from generation.gates.safe_decode import SafeDecode, unsafe
from generation.source import Candidate

SAFE_DECODE = SafeDecode()


def encoded(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((24, 16), 90).convert("RGB").save(buffer, format=kind, **options)
    return buffer.getvalue()


def verdict(*images: bytes) -> Verdict:
    want = CellShare(
        capability="a", image_type="b", condition={}, share=1, quota=1, weakness=None, why="test"
    )
    cell = PlanCell(name="x", split="train", want=want, quota=1, brief="")
    made = Candidate(images, "How many?", "3", "number", "test:1")
    proposal = Proposal("train/x/0/0", cell, made, "How many?", ())
    return SAFE_DECODE.judge([proposal])[0]


def test_it_judges_early_and_always() -> None:
    assert "safe_decode" in gates.names()
    assert SAFE_DECODE.cost == 2


def test_what_is_drawn_here_passes() -> None:
    drawing = draw(families.load("chart_extremum"), "s", 48)
    found = verdict(encode(drawing.image))
    assert (found.admitted, found.evidence) == (True, "pictures and nothing else")


def test_the_second_picture_is_looked_at_too() -> None:
    good = encoded("PNG")
    found = verdict(good, good + b"PK\x03\x04")
    assert not found.admitted
    assert found.evidence.startswith("picture 2: ")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_the_decoder_writes_passes(kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "camera"
    dirty = encoded(kind, exif=exif) + b"tail"
    clean = decoded([dirty])[0]
    assert unsafe(dirty) is not None
    assert not isinstance(clean, Failure)
    assert unsafe(clean) is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("PNG", {"compress_level": 0}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"restart_marker_blocks": 1}),
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_plain_files_pass(kind: str, options: dict[str, Any]) -> None:
    assert unsafe(encoded(kind, **options)) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("tail", [b"\0", b"<html>", b"\xff\xd9", b"PK\x05\x06" + bytes(18)])
def test_trailing_bytes_are_refused(kind: str, tail: bytes) -> None:
    assert "should end after" in str(unsafe(encoded(kind) + tail))


@pytest.mark.parametrize("claimed", [-2, 2])
def test_a_file_that_claims_another_length_is_refused(claimed: int) -> None:
    data = encoded("WEBP")
    said = struct.pack("<I", len(data) - 8 + claimed)
    assert "should end after" in str(unsafe(data[:4] + said + data[8:]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_files_that_end_early_are_refused(kind: str) -> None:
    data = encoded(kind)
    assert all(unsafe(data[:length]) is not None for length in range(len(data)))


def test_metadata_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "read me")
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "camera"
    assert "tEXt" in str(unsafe(encoded("PNG", pnginfo=info)))
    assert "eXIf" in str(unsafe(encoded("PNG", exif=exif)))
    assert "0xe1" in str(unsafe(encoded("JPEG", exif=exif)))
    assert "0xfe" in str(unsafe(encoded("JPEG", comment=b"read me")))
    assert "VP8X" in str(unsafe(encoded("WEBP", exif=exif)))


@pytest.mark.parametrize(("kind", "part"), [("PNG", "acTL"), ("WEBP", "VP8X")])
def test_animations_are_refused(kind: str, part: str) -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "green")]
    buffer = io.BytesIO()
    frames[0].save(buffer, format=kind, save_all=True, append_images=frames[1:])
    assert part in str(unsafe(buffer.getvalue()))


def test_two_pictures_in_one_jpeg_are_refused() -> None:
    buffer = io.BytesIO()
    frame = Image.new("RGB", (16, 16))
    frame.save(buffer, format="MPO", save_all=True, append_images=[frame])
    assert unsafe(buffer.getvalue()) is not None


def test_a_thumbnail_within_the_header_is_refused() -> None:
    data = encoded("JPEG")
    length = struct.unpack(">H", data[4:6])[0]
    padded = data[:4] + struct.pack(">H", length + 9) + data[6:20] + b"read this" + data[20:]
    assert "more than a header" in str(unsafe(padded))


def test_too_many_pixels_are_refused() -> None:
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks
    )
    assert "pixels" in str(unsafe(b"\x89PNG\r\n\x1a\n" + body))


def test_a_wrong_checksum_is_refused() -> None:
    data = bytearray(encoded("PNG"))
    data[60] ^= 1
    assert "checksum" in str(unsafe(bytes(data)))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(kind: str) -> None:
    assert "not a PNG, JPEG or WebP" in str(unsafe(encoded(kind)))


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF"]), st.binary(max_size=100))
def test_any_bytes_are_judged_without_an_error(head: bytes, tail: bytes) -> None:
    assert isinstance(unsafe(head + tail), str)


def test_encode_writes_what_passes() -> None:
    assert unsafe(encode(Image.new("RGB", (48, 48), "red"))) is None
