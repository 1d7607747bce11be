"""Pictures as bytes, and what safe decoding makes of them."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from blindspot.core.records import Failure
from generation.decoding import Caps, Decoders, decoded


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


@pytest.fixture(scope="session", name="scene")
def _scene() -> Callable[..., Any]:
    return scene


@pytest.fixture(scope="session", name="encoded")
def _encoded() -> Callable[..., Any]:
    return encoded


@pytest.fixture(scope="session", name="chunk")
def _chunk() -> Callable[..., Any]:
    return chunk


@pytest.fixture(scope="session", name="claiming")
def _claiming() -> Callable[..., Any]:
    return claiming


@pytest.fixture(scope="session", name="bomb")
def _bomb() -> Callable[..., Any]:
    return bomb


@pytest.fixture(scope="session", name="one")
def _one() -> Callable[..., Any]:
    return one


@pytest.fixture(scope="session", name="picture")
def _picture() -> Callable[..., Any]:
    return picture


@pytest.fixture(scope="session", name="refusal")
def _refusal() -> Callable[..., Any]:
    return refusal


@pytest.fixture
def small() -> Iterator[Decoders]:
    """One process with narrow limits."""
    decoders = Decoders(Caps(pixels=10_000_000, cpu_seconds=1, wall_seconds=20), processes=1)
    yield decoders
    decoders.close()
