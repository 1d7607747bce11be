"""A candidate's pictures must be pictures and nothing else: what `generation.decoding` writes, or
what is drawn here.

Read is the file's structure alone, so that a picture costs next to nothing: one PNG, JPEG or plain
WebP from its first byte to its last, of few enough pixels, one frame, no metadata. Whether the
pixels can be decoded is not tried. A picture from outside that went past `decoding` is rejected
here.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from blindspot.core.images import MAX_PIXELS
from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_SOI, _APP0, _SOS, _EOI = 0xD8, 0xE0, 0xDA, 0xD9
_SOF: Final = {0xC0, 0xC1, 0xC2}
_JPEG_SEGMENTS: Final = {_APP0, 0xDB, *_SOF, 0xC4, 0xDD, _SOS}
"""JFIF, tables, frame and scans; an application's segments and comments are not among them."""
_JFIF: Final = 16
"""Bytes of a JFIF header without a thumbnail."""
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Ends the coded data of a scan; a stuffed byte and a restart do not."""

Name = TypeVar("Name", bytes, int)


class SafeDecode:
    """The `safe_decode` gate; it cannot be turned off."""

    cost = 2
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        return self

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [_verdict(p.candidate.images) for p in proposals]


def _verdict(images: Sequence[bytes]) -> Verdict:
    for number, data in enumerate(images, 1):
        fault = unsafe(data)
        if fault:
            return Verdict(False, f"picture {number}: {fault}")
    return Verdict(True, "pictures and nothing else")


def unsafe(data: bytes) -> str | None:
    """Why an encoded picture is not let in, or None."""
    try:
        width, height = _size(data)
    except (ValueError, struct.error, IndexError) as error:
        return f"it is no plain picture ({error})"
    if not 0 < width * height <= MAX_PIXELS:
        return f"it has {width}×{height} pixels, and 1 to {MAX_PIXELS:,} are let in"
    return None


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a file that is one picture throughout; ValueError with what else it
    is.
    """
    if data.startswith(_PNG):
        return _png_size(_known(_png(data), _PNG_CHUNKS))
    if data.startswith(bytes((0xFF, _SOI))):
        return _jpeg_size(_known(_jpeg(data), _JPEG_SEGMENTS))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp_size(_known(_webp(data), {b"VP8 ", b"VP8L"}))
    raise ValueError("not a PNG, JPEG or WebP file")


def _known(parts: Iterator[tuple[Name, bytes]], names: set[Name]) -> list[tuple[Name, bytes]]:
    """The parts of a file; ValueError for one of another name."""
    found = []
    for name, body in parts:
        if name not in names:
            raise ValueError(f"it holds {name if isinstance(name, bytes) else hex(name)}")
        found.append((name, body))
    return found


def _png(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks; ValueError for a wrong checksum, or where IEND is not the end."""
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != checksum:
            raise ValueError(f"the checksum of {name} is wrong")
        yield name, data[at + 8 : end - 4]
        at = end
    _check_end(data, at)


def _png_size(chunks: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    return struct.unpack(">II", dict(chunks)[b"IHDR"][:8]) if chunks[0][0] == b"IHDR" else (0, 0)


def _jpeg(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments; ValueError where the end of the picture is not the end of the file."""
    at = 2
    while True:
        ff, marker = struct.unpack_from(">BB", data, at)
        if ff != 0xFF:
            raise ValueError("a segment does not begin where one should")
        if marker == _EOI:
            return _check_end(data, at + 2)
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker == _APP0 and length != _JFIF:
            raise ValueError("its JFIF header holds more than a header")
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == _SOS:
            at = _after_scan(data, at)


def _after_scan(data: bytes, at: int) -> int:
    found = _MARKER.search(data, at)
    if found is None:
        raise ValueError("its scan does not end")
    return found.start()


def _jpeg_size(segments: list[tuple[int, bytes]]) -> tuple[int, int]:
    frames = [body for marker, body in segments if marker in _SOF]
    if len(frames) != 1:
        raise ValueError(f"it has {len(frames)} frames")
    height, width = struct.unpack_from(">xHH", frames[0])
    return width, height


def _webp(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The one chunk of a plain file; ValueError where it is not all of it."""
    size, name, length = struct.unpack_from("<4xI4x4sI", data)
    _check_end(data, 8 + size)
    yield name, data[20 : 20 + length]
    _check_end(data, 20 + length + length % 2)


def _webp_size(chunks: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    (name, body), low = chunks[0], 0x3FFF
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<xI", body)
        return (bits & low) + 1, (bits >> 14 & low) + 1
    width, height = struct.unpack_from("<6xHH", body)
    return width & low, height & low


def _check_end(data: bytes, end: int) -> None:
    if end != len(data):
        raise ValueError(f"it should end after {end:,} bytes and has {len(data):,}")


PLUGIN: Final[Gate] = SafeDecode()
