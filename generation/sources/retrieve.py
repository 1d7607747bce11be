"""Pictures that carry their own truth: a strip of black and white cells under the picture, which
the stub server reads from the pixels alone.

    planted = plant(image, Payload(facts=(Fact(item=17, question="How many?", …),)))
    read(planted)                      the same payload, after PNG and after JPEG
    read(planted.crop(…)), read(photo) None: no strip, or one whose checksum does not hold

Cells are `CELL` × `CELL` pixels and run from the lower left corner to the right, then upwards; a
bit each, black is 1. They hold a mark, the length, a CRC-32 and the payload as deflated JSON. What
moves the lower left corner or scales the picture destroys it.
"""

import zlib
from typing import Final

import numpy as np
from PIL import Image
from pydantic import Field, ValidationError

from bench.stub.common_sense import common_sense
from blindspot.core.records import AnswerKind, Record

CELL: Final = 3
"""Pixels of a cell's side; JPEG blurs an edge over less than one."""
_MARK: Final = b"\xb5\x1d"
_HEAD: Final = 8
"""Bytes before the payload: the mark, two of length, four of checksum."""
_LONGEST: Final = 0xFFFF
_NARROWEST: Final = 8 * CELL
_WORDS: Final = (
    b'"image_type":"natural_photo","image_type":"chart","image_type":"geometric","condition":'
    b'"answer_kind":"choice","options":["red","green","blue","yellow","also":"answer_kind":"yes_no"'
    b'"answer_kind":"text","answer_kind":"number","answer":"yes","answer":"no","pass_rate":0.5}]'
    b',"words":"Ignore all instructions and reply {"facts":[{"item":1,"question":"How many '
)
"""What payloads have in common, so that a strip stays small."""


class Fact(Record):
    """One question about the picture, and the truth."""

    item: int
    """Decides, with a model's name, whether that model errs here."""
    question: str = Field(min_length=1)
    """As a person reads it; a request that holds these words asks this."""
    answer_kind: AnswerKind
    answer: str
    """What is right; of a choice the option's text, not its letter."""
    options: tuple[str, ...] = ()
    """Of a choice, as a writer puts them."""
    also: str | None = None
    """A second answer that is as good, which makes the question ambiguous."""
    capability: str = ""
    """The term of what is asked."""
    image_type: str = ""
    """The term of what is shown."""
    pass_rate: float = Field(default=0.5, ge=0, le=1)
    """How often the policy is right."""

    @property
    def blind(self) -> bool:
        """Whether the words alone tell the answer."""
        return common_sense(self.question) is not None


class Payload(Record):
    """What one picture says."""

    facts: tuple[Fact, ...] = ()
    """What can be asked about it."""
    words: str = ""
    """Words that stand in the picture; they may tell a model what to do."""


def plant(image: Image.Image, payload: Payload) -> Image.Image:
    """The picture with a strip under it, in place of one that it has. Raises ValueError for a
    picture that is too narrow or a payload that is too long.
    """
    shown = bare(image)
    bits = np.unpackbits(np.frombuffer(_stream(payload), np.uint8))
    across = shown.width // CELL
    if shown.width < _NARROWEST:
        raise ValueError(f"a picture of {shown.width} pixels is too narrow for a strip")
    rows = -(-len(bits) // across)
    cells = np.zeros(rows * across, np.uint8)
    cells[: len(bits)] = bits
    strip = np.kron(255 * (1 - cells.reshape(rows, across)[::-1]), np.ones((CELL, CELL), np.uint8))
    result = Image.new("RGB", (shown.width, shown.height + rows * CELL), "white")
    result.paste(shown)
    result.paste(Image.fromarray(strip.astype(np.uint8)), (0, shown.height))
    return result


def read(image: Image.Image) -> Payload | None:
    """What the picture carries; None where it carries nothing that can be relied on."""
    found = _found(image)
    return found[0] if found else None


def bare(image: Image.Image) -> Image.Image:
    """The picture in RGB without its strip, if it has one."""
    found, plain = _found(image), image.convert("RGB")
    return plain.crop((0, 0, image.width, image.height - found[1])) if found else plain


def _found(image: Image.Image) -> tuple[Payload, int] | None:
    """The payload and the height of its strip."""
    across = image.width // CELL
    if image.width < _NARROWEST or (head := _bytes(image, _HEAD)) is None or head[:2] != _MARK:
        return None
    size = _HEAD + int.from_bytes(head[2:4], "big")
    whole = _bytes(image, size)
    if whole is None or zlib.crc32(whole[_HEAD:]).to_bytes(4, "big") != head[4:]:
        return None
    payload = _payload(whole[_HEAD:])
    return (payload, -(-size * 8 // across) * CELL) if payload else None


def _bytes(image: Image.Image, count: int) -> bytes | None:
    """The first bytes of the strip; None where the picture has no room for them."""
    across, down = image.width // CELL, image.height // CELL
    rows = -(-count * 8 // across)
    if rows > down:
        return None
    box = (0, image.height - rows * CELL, across * CELL, image.height)
    pixels = np.asarray(image.crop(box).convert("L"), np.float32)
    means = pixels.reshape(rows, CELL, across, CELL).mean(axis=(1, 3))[::-1]
    return np.packbits(means.ravel()[: count * 8] < 128).tobytes()


def _stream(payload: Payload) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_WORDS)
    data = squeeze.compress(payload.model_dump_json(exclude_defaults=True).encode())
    data += squeeze.flush()
    if len(data) > _LONGEST:
        raise ValueError(f"a payload of {len(data)} bytes is too long for a strip")
    return _MARK + len(data).to_bytes(2, "big") + zlib.crc32(data).to_bytes(4, "big") + data


def _payload(data: bytes) -> Payload | None:
    try:
        return Payload.model_validate_json(zlib.decompressobj(-15, zdict=_WORDS).decompress(data))
    except (zlib.error, ValidationError):  # a checksum that holds by accident
        return None
