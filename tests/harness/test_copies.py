"""Copies of photographs are found; what is merely drawn alike stays apart."""

import io
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from harness.copies import candidates, same
from harness.pictures import Facts, facts_of


def photo(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    """What a photograph looks like to a hash: detail at every scale, edges, noise."""
    numbers = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for side in (2, 4, 8, 16, 32, 64, 128):
        small = Image.fromarray(numbers.integers(0, 256, (side, side, 3), dtype=np.uint8))
        total += np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)) / side**0.6
    total = (total - total.min()) / (total.max() - total.min()) * 255
    image = Image.fromarray(total.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, r = (int(v) for v in numbers.integers(10, [width, height, 60]))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(numbers.integers(0, 256, 3).tolist()))
    return image


def page(digit: str, width: int = 620, height: int = 877, size: int = 14) -> Image.Image:
    """A page of text in which one digit can differ."""
    chance, image = random.Random(1), Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for row, y in enumerate(range(size, height - size, size + 6)):
        words = ["".join(chance.choices("abcdefghij0123456789", k=6)) for _ in range(9)]
        words[4] = f"{digit}.50" if row == 20 else words[4]
        draw.text((size, y), " ".join(words), font=font, fill="black")
    return image


def chart(heights: Sequence[int], label: str, size: int = 480) -> Image.Image:
    image = Image.new("RGB", (size, size), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    for i, value in enumerate(heights):
        box = (40 + 80 * i, size - 40 - value, 90 + 80 * i, size - 40)
        draw.rectangle(box, fill=("red", "blue", "green", "orange")[i])
    draw.text((40, 20), f"Sales of {label}", font=font, fill="black")
    return image


def jpeg(quality: int) -> Callable[[Image.Image], Image.Image]:
    def copy(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        return Image.open(buffer).convert("RGB")

    return copy


def scaled(share: float, how: Image.Resampling) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.resize(
        (round(image.width * share), round(image.height * share)), how
    )


COPIES = {
    "quality 95": jpeg(95),
    "quality 75": jpeg(75),
    "quality 50": jpeg(50),
    "half": scaled(0.5, Image.Resampling.LANCZOS),
    "three quarters": scaled(0.75, Image.Resampling.BILINEAR),
    "double": scaled(2, Image.Resampling.BICUBIC),
    "half, quality 75": lambda image: jpeg(75)(scaled(0.5, Image.Resampling.LANCZOS)(image)),
}


def found(*pictures: Image.Image) -> int:
    """Pairs that are taken for copies."""
    named = {str(i): picture for i, picture in enumerate(pictures)}
    pairs = candidates((name, facts_of(picture)) for name, picture in named.items())
    return sum(same(named[one], named[other]) for one, other in pairs)


@pytest.mark.parametrize("copy", COPIES)
def test_copies_of_photographs_are_found(copy: str) -> None:
    assert sum(found(p, COPIES[copy](p)) for p in map(photo, range(10))) >= 9


def test_photographs_are_no_copies_of_one_another() -> None:
    assert found(*(photo(i, 200, 150) for i in range(40))) == 0


@pytest.mark.parametrize("other", ["1", "8", "9"])
def test_pages_that_differ_in_a_digit_stay_apart(other: str) -> None:
    assert found(page("3"), page(other)) == 0
    assert found(page("3"), jpeg(75)(page(other))) == 0
    assert found(jpeg(75)(page("3")), jpeg(75)(page(other))) == 0


def test_charts_that_differ_in_a_digit_a_bar_or_a_color_stay_apart() -> None:
    base = chart([100, 200, 150], "2013")
    recolored = Image.fromarray(np.asarray(base)[..., ::-1].copy())
    others = [chart([100, 200, 150], "2018"), chart([100, 204, 150], "2013"), recolored]
    assert [found(base, other) for other in others] == [0, 0, 0]


def test_a_page_saved_again_is_a_copy() -> None:
    assert found(page("3"), jpeg(75)(page("3"))) == 1


def test_one_colour_is_no_copy_of_the_next() -> None:
    assert found(*(Image.new("RGB", (100, 100), (200 + i, 0, 0)) for i in range(20))) == 0


def test_drawings_of_one_design_stay_apart() -> None:
    def drawing(seed: int) -> Image.Image:
        chance, image = random.Random(seed), Image.new("RGB", (48, 48), "white")
        draw = ImageDraw.Draw(image)
        for _ in range(3):
            x, y = chance.randint(2, 36), chance.randint(2, 36)
            draw.ellipse((x, y, x + 9, y + 9), fill=chance.choice(["red", "blue", "green"]))
        return image

    pictures = {image.tobytes(): image for image in map(drawing, range(400))}
    assert found(*pictures.values()) == 0


def test_a_crop_and_another_shape_are_no_copies() -> None:
    image = photo(1)
    assert found(image, image.crop((20, 20, 380, 280))) == 0
    assert found(image, image.resize((300, 300))) == 0


@given(st.permutations(range(6)), st.integers(0, 6))
@settings(max_examples=20, deadline=None)
def test_pairs_depend_on_the_two_pictures_alone(order: list[int], fewer: int) -> None:
    everything = candidates(_some().items())
    kept = {name: _some()[name] for name in (f"{i}" for i in order[: 6 - fewer])}
    assert sorted(candidates(kept.items())) == sorted(p for p in everything if set(p) <= set(kept))
    assert all(one < other for one, other in everything)


_FACTS: dict[str, Facts] = {}


def _some() -> dict[str, Facts]:
    if not _FACTS:
        shown = [photo(1), jpeg(80)(photo(1)), photo(2), photo(3), jpeg(90)(photo(3)), photo(4)]
        _FACTS.update({str(i): facts_of(image) for i, image in enumerate(shown)})
    return _FACTS
