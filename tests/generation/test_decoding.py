"""Safe decoding under attack: bombs, polyglots, half files, metadata, dying processes."""

import io
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from blindspot.core.images import MAX_PIXELS
from blindspot.core.records import Failure
from generation import decoding
from generation.decoding import Caps, Decoders, decoded
from generation.gates.safe_decode import unsafe


def scene(width: int = 40, height: int = 20) -> Image.Image:
    """Red in the upper left quarter, blue elsewhere."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height // 2))
    return image


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    """A PNG whose every pixel is there: a bit each, all the same."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def one(data: bytes) -> bytes | Failure:
    return decoded([data])[0]


def picture(data: bytes) -> Image.Image:
    """What a picture was decoded to; an error where it was refused."""
    result = one(data)
    assert isinstance(result, bytes), result
    return Image.open(io.BytesIO(result))


def refusal(data: bytes) -> str:
    """Why a picture was refused; an error where it was not."""
    result = one(data)
    assert isinstance(result, Failure)
    assert (result.kind, result.retryable) == ("image", False)
    return result.message


@pytest.fixture
def small() -> Iterator[Decoders]:
    """One process with narrow limits."""
    decoders = Decoders(Caps(pixels=10_000_000, cpu_seconds=1, wall_seconds=20), processes=1)
    yield decoders
    decoders.close()


def test_lossless_pixels_come_back_unchanged() -> None:
    found = picture(encoded(scene(), "PNG"))
    assert (found.format, found.mode) == ("PNG", "RGB")
    assert found.tobytes() == scene().tobytes()
    lossless = picture(encoded(scene(), "WEBP", lossless=True))
    assert (lossless.format, lossless.tobytes()) == ("PNG", scene().tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_pixels_come_back_nearly_unchanged(kind: str) -> None:
    data = encoded(scene(), kind)
    before = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)
    found = picture(data)
    assert found.format == "JPEG"
    assert np.abs(np.asarray(found, dtype=int) - before).mean() < 3


def test_the_same_picture_gives_the_same_bytes_in_every_process() -> None:
    data = encoded(scene(), "JPEG")
    assert len(set(decoded([data] * 8))) == 1


def test_order_is_kept_and_one_bad_picture_costs_one() -> None:
    sizes = range(10, 40)
    datas = [encoded(scene(size, 10), "PNG") for size in sizes]
    datas[7] = b"not a picture"
    found = decoded(datas)
    assert isinstance(found[7], Failure)
    widths = [Image.open(io.BytesIO(d)).width for d in found if isinstance(d, bytes)]
    assert widths == [size for size in sizes if size != 17]


@pytest.mark.parametrize("side", [9_000, 50_000, 2**31 - 1])
def test_a_tiny_file_that_claims_to_be_huge_is_refused(side: int) -> None:
    assert f"{MAX_PIXELS:,}" in refusal(claiming(side, side))


def test_the_cap_is_exact() -> None:
    decoders = Decoders(Caps(pixels=800), processes=1)
    fits, exceeds = decoders.decoded([encoded(scene(40, 20), "PNG"), encoded(scene(89, 9), "PNG")])
    decoders.close()
    assert isinstance(fits, bytes)
    assert isinstance(exceeds, Failure)
    assert "89×9 pixels, more than 800" in exceeds.message


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bomb(50_000, 50_000)
    assert len(data) < 1_000_000
    assert f"{MAX_PIXELS:,}" in refusal(data)


def test_text_that_unpacks_to_megabytes_is_refused() -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(20_000_000), 9)
    plain = encoded(scene(), "PNG")
    assert "cannot be decoded" in refusal(plain[:33] + chunk(b"zTXt", text) + plain[33:])


def test_too_little_memory_is_a_failure_and_the_next_picture_is_decoded() -> None:
    if sys.platform == "darwin":
        pytest.skip("the system does not enforce a limit of memory")
    decoders = Decoders(Caps(memory=160_000_000), processes=1)
    refused, kept = decoders.decoded([bomb(7000, 7000), encoded(scene(), "PNG")])
    decoders.close()
    assert isinstance(refused, Failure)
    assert isinstance(kept, bytes)


def test_a_picture_that_takes_too_much_time_is_ended() -> None:
    slow = encoded(Image.new("RGB", (4000, 4000)), "PNG", compress_level=1)
    decoders = Decoders(Caps(wall_seconds=0.05), processes=1)
    refused = decoders.decoded([slow])[0]
    decoders.close()
    assert isinstance(refused, Failure)
    assert "more than 0.05 s" in refused.message


def test_cpu_time_is_counted_for_each_picture_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 7.3 s for the pictures before, one of at most 30 s ends at 38, rounded up."""
    told: list[tuple[int, tuple[int, int]]] = []
    used = SimpleNamespace(ru_utime=7.2, ru_stime=0.1)
    limit = decoding.worker.resource
    monkeypatch.setattr(limit, "getrusage", lambda who: used)
    monkeypatch.setattr(limit, "setrlimit", lambda what, most: told.append((what, most)))
    decoding.worker._allow(30)
    assert told == [(limit.RLIMIT_CPU, (38, limit.RLIM_INFINITY))]


def test_a_picture_that_takes_too_much_cpu_time_is_ended(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spinning = tmp_path / "spinning.py"
    spinning.write_text(
        "import runpy, sys\n"
        f"worker = runpy.run_path({decoding.worker.__file__!r})\n"
        "answered, inside = worker['_answered'], worker['_serve'].__globals__\n"
        "def spin(data, most):\n"
        "    while data == b'spin':\n"
        "        pass\n"
        "    return answered(data, most)\n"
        "inside['_answered'] = spin\n"
        "worker['_serve'](sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]), int(sys.argv[3]))"
    )
    monkeypatch.setattr(decoding.worker, "__file__", str(spinning))
    fine = encoded(scene(), "PNG")
    before, refused, after = small.decoded([fine, b"spin", fine])
    assert isinstance(refused, Failure)
    assert "1 s of CPU time" in refused.message
    assert isinstance(before, bytes)
    assert before == after


def test_a_killed_process_costs_no_other_picture(small: Decoders) -> None:
    data = encoded(scene(), "PNG")
    first = small.decoded([data])
    decoder = small._idle.queue[0]
    assert decoder._process is not None
    os.kill(decoder._process.pid, signal.SIGKILL)
    decoder._process.wait()
    assert small.decoded([data]) == first


def test_a_process_that_dies_over_a_picture_costs_that_picture(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import sys; sys.stdin.buffer.read(9); sys.exit(3)")
    with monkeypatch.context() as patch:
        patch.setattr(decoding.worker, "__file__", str(dying))
        refused = small.decoded([b"x" * 100])[0]
    assert isinstance(refused, Failure)
    assert "ended its decoder" in refused.message
    assert isinstance(small.decoded([encoded(scene(), "PNG")])[0], bytes)


def test_an_answer_that_claims_to_be_huge_is_not_read(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lying = tmp_path / "lying.py"
    lying.write_text(
        "import sys, time\n"
        "sys.stdout.buffer.write(b'P' + b'\\x7f' * 8); sys.stdout.flush(); time.sleep(60)"
    )
    monkeypatch.setattr(decoding.worker, "__file__", str(lying))
    assert isinstance(small.decoded([b"x"])[0], Failure)


def test_the_process_sees_no_key(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    telling = tmp_path / "telling.py"
    telling.write_text(
        "import os, sys\n"
        "said = repr(dict(os.environ)).encode()\n"
        "sys.stdout.buffer.write(b'P' + len(said).to_bytes(8, 'big') + said)\n"
        "sys.stdout.flush(); sys.stdin.read()"
    )
    monkeypatch.setenv("SECRET_KEY", "canary-7391")
    monkeypatch.setattr(decoding.worker, "__file__", str(telling))
    said = small.decoded([b"x"])[0]
    assert isinstance(said, bytes)
    assert b"canary" not in said
    assert b"SECRET" not in said


def test_nothing_appended_survives() -> None:
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
def test_half_a_file_is_refused(kind: str) -> None:
    data = encoded(Image.effect_noise((64, 64), 90).convert("RGB"), kind)
    assert re.search("cannot be decoded|no PNG", refusal(data[: len(data) // 2]))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PPM", "ICO"])
def test_other_formats_are_refused(kind: str) -> None:
    assert "no PNG, JPEG or WebP" in refusal(encoded(scene(), kind))


@pytest.mark.parametrize("data", [b"", b"<svg onload='x()'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert "refused" in refusal(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "green", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    found = picture(data)
    assert getattr(found, "n_frames", 1) == 1
    assert found.getpixel((8, 8)) == (255, 0, 0)


def test_upright_by_exif() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # shown turned clockwise by 90°
    found = picture(encoded(scene(), "PNG", exif=exif))
    assert found.size == (20, 40)
    assert found.tobytes() == scene().transpose(Image.Transpose.ROTATE_270).tobytes()
    assert not found.getexif()


def test_where_it_was_taken_is_not_kept() -> None:
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


def test_texts_profiles_and_comments_are_not_kept() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "canary-7391")
    png = encoded(scene(), "PNG", pnginfo=info, icc_profile=b"canary-7391" * 20, dpi=(7, 7))
    jpeg = encoded(scene(), "JPEG", comment=b"canary-7391", icc_profile=b"canary-7391" * 20)
    for data in decoded([png, jpeg]):
        assert isinstance(data, bytes)
        assert b"canary" not in data
        assert "icc_profile" not in Image.open(io.BytesIO(data)).info
        assert unsafe(data) is None


def test_what_is_transparent_is_laid_on_white() -> None:
    drawing = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    drawing.putpixel((2, 3), (0, 0, 0, 255))
    found = picture(encoded(drawing, "PNG"))
    assert found.getpixel((0, 0)) == (255, 255, 255)
    assert found.getpixel((2, 3)) == (0, 0, 0)


def test_of_sixteen_bits_the_upper_byte_is_kept() -> None:
    grey = Image.fromarray(np.array([[0, 256, 0x7FFF, 0xFFFF]], dtype=np.uint16))
    found = picture(encoded(grey, "PNG"))
    assert [found.getpixel((x, 0)) for x in range(4)] == [(v, v, v) for v in (0, 1, 127, 255)]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_comes_out_in_rgb(mode: str) -> None:
    assert picture(encoded(scene().convert(mode), "PNG")).mode == "RGB"


def test_print_colours_come_out_in_rgb() -> None:
    assert picture(encoded(scene().convert("CMYK"), "JPEG")).mode == "RGB"


_GOOD = [
    encoded(Image.effect_noise((24, 24), 90).convert("RGB"), kind)
    for kind in ("PNG", "JPEG", "WEBP")
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_GOOD), st.integers(0, 2**32), st.integers(1, 12))
def test_flipped_bytes_give_a_clean_picture_or_a_failure(
    good: bytes, seed: int, count: int
) -> None:
    rng, data = random.Random(seed), bytearray(good)
    for _ in range(count):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    result = one(bytes(data))
    if isinstance(result, bytes):
        assert unsafe(result) is None
    else:
        assert result.kind == "image"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_at_all_give_a_failure_or_a_clean_picture(data: bytes) -> None:
    result = one(b"\xff\xd8\xff" + data)
    assert isinstance(result, Failure) or unsafe(result) is None


def test_no_process_outlives_the_caller() -> None:
    code = (
        "from generation.decoding import decoded, _DECODERS\n"
        "decoded([b'x'])\n"
        "running = [d._process.pid for d in _DECODERS._idle.queue if d._process]\n"
        "print(*running, flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    pids = [int(word) for word in said.stdout.split()]
    assert len(pids) == 1
    assert _ended(pids[0])


def _ended(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if Path("/proc").exists() and not state.exists():
            return True
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
