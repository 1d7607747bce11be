"""Safe decoding of broken pictures and of noise."""

import random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.records import Failure
from generation.gates.safe_decode import unsafe

_NOISE: Final = Image.effect_noise((24, 24), 90).convert("RGB")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 2**32), st.integers(1, 12))
def test_flipped_bytes_give_a_clean_picture_or_a_failure(
    encoded, one, kind: str, seed: int, count: int
) -> None:
    rng, data = random.Random(seed), bytearray(encoded(_NOISE, kind))
    for _ in range(count):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    result = one(bytes(data))
    if isinstance(result, bytes):
        assert unsafe(result) is None
    else:
        assert result.kind == "image"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_at_all_give_a_failure_or_a_clean_picture(one, data: bytes) -> None:
    result = one(b"\xff\xd8\xff" + data)
    assert isinstance(result, Failure) or unsafe(result) is None
