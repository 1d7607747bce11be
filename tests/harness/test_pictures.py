"""Facts about pictures are read once, and none that was changed is believed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, encode
from harness import pictures
from harness.pictures import Pictures, colors, facts_of, greys

WRITABLE = 18
"""The byte that tells SQLite whether it may write a file: another one is a disk's fault to it."""


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "images")


def names(store: ImageStore, count: int) -> list[str]:
    return [
        store.put(encode(Image.new("RGB", (4, 3), (i % 256, i // 256, 0)))) for i in range(count)
    ]


def refuse(*_: object) -> bool:
    raise AssertionError("it was read again")


def test_facts_are_those_of_the_picture(store: ImageStore) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8))
    name = store.put(encode(image))
    facts = dict(Pictures(store).facts([name]))[name]
    assert facts == facts_of(image)
    assert (facts.width, facts.height) == (50, 30)
    assert greys([facts, facts]).shape == (2, 64, 64)
    assert colors([facts, facts]).shape == (2, 16, 16, 3)


def test_equal_pixels_of_another_shape_are_another_picture() -> None:
    wide, high = (facts_of(Image.new("RGB", size, "red")) for size in ((2, 8), (8, 2)))
    assert wide.pixels != high.pixels


def test_a_picture_is_read_once(store: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    some = names(store, 600)
    first = list(Pictures(store).facts(some))
    assert [name for name, _ in first] == sorted(some)
    monkeypatch.setattr(pictures, "facts_of", refuse)
    assert list(Pictures(store).facts(reversed(some))) == first
    with pytest.raises(AssertionError):
        dict(Pictures(store).facts([*some, store.put(encode(Image.new("RGB", (9, 9))))]))


def test_a_verdict_is_given_once(store: ImageStore) -> None:
    a, b, c = sorted(names(store, 3))
    first = Pictures(store).verdicts([(a, b), (b, c)], lambda one, _: one == store.open(a))
    assert first == {(a, b): True, (b, c): False}
    assert Pictures(store).verdicts([(b, c), (a, b)], refuse) == first


@given(at=st.integers(min_value=0, max_value=10**6), by=st.integers(min_value=1, max_value=255))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_is_believed(store: ImageStore, at: int, by: int) -> None:
    some = sorted(names(store, 3))
    pairs = [(some[0], some[1]), (some[1], some[2])]
    known = Pictures(store)
    facts, verdicts = dict(known.facts(some)), known.verdicts(pairs, lambda *_: True)
    data = bytearray(known.path.read_bytes())
    assume(at % len(data) != WRITABLE)
    data[at % len(data)] ^= by
    known.path.write_bytes(data)
    assert dict(known.facts(some)) == facts
    assert known.verdicts(pairs, lambda *_: True) == verdicts


def test_a_missing_picture_is_named(store: ImageStore) -> None:
    with pytest.raises(DataError, match=r"nothing\.png.*cannot be read"):
        dict(Pictures(store).facts(["nothing.png"]))


def test_nothing_is_asked_of_nothing(store: ImageStore) -> None:
    assert dict(Pictures(store).facts([])) == {}
