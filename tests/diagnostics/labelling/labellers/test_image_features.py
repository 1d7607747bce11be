"""Image types from pictures in the store."""

import hashlib

import pytest
from PIL import Image, ImageDraw

from blindspot.core.errors import DataError
from blindspot.core.images import encode
from diagnostics.labelling.labeller import Undecided
from diagnostics.labelling.labellers.image_features import PLUGIN

ASKED = ("image_type",)


@pytest.fixture
def shapes(folder) -> str:
    """The stored name of two discs."""
    image = Image.new("RGB", (200, 100), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 80, 80), fill="red")
    draw.ellipse((110, 20, 170, 80), fill="blue")
    return folder.images.put(encode(image))


@pytest.fixture
def plain(folder) -> str:
    """The stored name of an empty picture."""
    return folder.images.put(encode(Image.new("RGB", (200, 100), "white")))


@pytest.fixture
def term(make, means):
    def term_of(images: tuple[str, ...], axes=ASKED, terms=None) -> str | None:
        sample = make.sample(1, images=images)
        (said,) = PLUGIN.label([Undecided(sample, axes)], means(terms)).said
        return next(iter(said["image_type"].terms)) if said else None

    return term_of


def test_a_picture_that_shows_it_is_labelled(term, shapes: str):
    assert term((shapes,)) == "geometric"
    assert term((shapes, shapes)) == "geometric"


def test_it_abstains_unless_all_pictures_of_a_sample_are_sure(term, shapes: str, plain: str):
    assert term((plain,)) is None
    assert term((shapes, plain)) is None


def test_no_picture_and_a_missing_or_broken_one_say_nothing(term, shapes: str, folder):
    assert term(()) is None
    assert term(("0" * 64 + ".png",)) is None
    assert term((shapes, "0" * 64 + ".png")) is None
    whole = folder.images.path(shapes).read_bytes()
    for data in (b"no picture", whole[:90]):
        broken = f"{hashlib.sha256(data).hexdigest()}.png"
        folder.images.path(broken).write_bytes(data)
        assert term((broken,)) is None


def test_a_picture_that_was_damaged_since_is_no_picture_without_a_word(term, shapes: str, folder):
    folder.images.path(shapes).write_bytes(b"no picture")
    with pytest.raises(DataError, match="it was damaged or changed"):
        term((shapes,))


def test_only_the_image_type_is_looked_for_and_only_where_it_is_asked(term, shapes: str):
    assert term((shapes,), axes=("capability",)) is None


def test_a_taxonomy_without_these_terms_gets_none(term, shapes: str, mine):
    assert term((shapes,), terms=mine) is None
