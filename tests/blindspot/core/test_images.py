"""Pictures are kept as they came, and what is no picture is refused with its cause."""

import io
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core import images
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, encode


def picture(kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(buffer, format=kind)
    return buffer.getvalue()


def test_original_bytes_once(tmp_path: Path) -> None:
    store, data = ImageStore(tmp_path), picture("JPEG")
    assert store.put(data) == store.put(data)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [data]
    assert store.open(store.put(data)).size == (8, 6)


def test_equal_pixels_give_equal_bytes() -> None:
    assert encode(Image.new("RGB", (4, 4), "red")) == encode(Image.new("RGB", (4, 4), "red"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no PNG"),
        (b"<svg/>", "it is no PNG"),
        (picture()[:40], "it is no PNG"),
        (picture("JPEG")[:-200], "cannot be decoded"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why):
        ImageStore(tmp_path).put(data)
    assert not list(tmp_path.iterdir())


def test_huge_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 40)
    with pytest.raises(DataError, match="8×6 pixels, more than 40"):
        ImageStore(tmp_path).put(picture())
