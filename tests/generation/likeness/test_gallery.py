"""Pictures are found again near, cropped and turned."""

import io

import pytest
from PIL import Image, ImageEnhance, ImageOps

from generation.family import draw, families
from generation.likeness import Limits, look
from generation.likeness.gallery import Gallery

LIMITS = Limits(bits=32, color=100)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


COPIES = {
    "jpeg": lambda image: jpeg(image, 75),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.85),
    "lighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "smaller": lambda image: image.resize((36, 36), Image.Resampling.BICUBIC),
    "larger": lambda image: image.resize((96, 96), Image.Resampling.BICUBIC),
}
PARTS = {
    "corner": lambda image: image.crop((0, 0, 130, 100)),
    "middle": lambda image: image.crop((25, 10, 145, 112)),
    "strip": lambda image: image.crop((5, 30, 160, 105)),
    "crop of half the size": lambda image: image.crop((20, 0, 160, 110)).resize((70, 55)),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "mirrored": ImageOps.mirror,
    "with a border": lambda image: ImageOps.expand(image, 16, fill="white"),
}


def drawings(family, count, prefix, *, reserved=False):
    plugin = families.load(family)
    return [draw(plugin, f"{prefix}{i}", 48, reserved=reserved) for i in range(count)]


def gallery_of(images):
    gallery = Gallery(LIMITS)
    for image in images:
        gallery.put(look(image))
    return gallery


@pytest.fixture(scope="module")
def scenes(kit):
    return [kit.scene(i) for i in range(30)]


@pytest.mark.parametrize("copy", COPIES)
def test_transformed_copies_are_near(copy):
    names = ("counting", "chart_extremum", "ocr_digits", "clock", "color")
    images = [d.image.convert("RGB") for name in names for d in drawings(name, 20, "planted")]
    gallery = gallery_of(images)
    found = [
        i in {m.index for m in gallery.near(look(COPIES[copy](image)))}
        for i, image in enumerate(images)
    ]
    assert sum(found) / len(found) >= 0.98


def test_fresh_pictures_are_not_near_benchmark_ones_of_the_same_question():
    names = ("counting", "chart_extremum", "chart_counting", "ocr_digits")
    wrong = total = 0
    for name in names:
        known = drawings(name, 100, "bench", reserved=True)
        gallery = gallery_of(d.image for d in known)
        for d in drawings(name, 100, "fresh"):
            near = gallery.near(look(d.image), lambda i: known[i].question == d.question)  # noqa: B023
            wrong += any(near)
            total += 1
    assert wrong / total <= 0.005


def test_what_does_not_count_is_not_found():
    picture = look(drawings("counting", 1, "k")[0].image)
    gallery = gallery_of([drawings("counting", 1, "k")[0].image])
    (match,) = gallery.near(picture)
    assert (match.index, match.how, match.same_pixels) == (0, "same pixels", True)
    assert list(gallery.near(picture, lambda index: False)) == []


def test_the_nearest_of_many_comes_first():
    images = [d.image for d in drawings("counting", 50, "n")]
    gallery = gallery_of(images)
    firsts = [next(gallery.near(look(image))) for image in images]
    assert [(m.index, m.same_pixels) for m in firsts] == [(i, True) for i in range(50)]


@pytest.mark.parametrize("part", PARTS)
def test_parts_borders_and_turns_are_found(part, scenes):
    gallery = gallery_of(scenes)
    found = [gallery.parts(look(PARTS[part](s))) for s in scenes]
    assert sum(bool(m) and m[0].index == i for i, m in enumerate(found)) >= 28
    assert all(match.index == i for i, matches in enumerate(found) for match in matches)


def test_other_pictures_are_no_parts(kit, scenes):
    gallery = gallery_of(scenes)
    assert [gallery.parts(look(kit.scene(100 + i))) for i in range(30)] == [[]] * 30


def test_only_those_among_whom_is_searched_are_found(scenes):
    gallery = gallery_of(scenes)
    crop = look(PARTS["middle"](scenes[3]))
    assert [m.index for m in gallery.parts(crop, [1, 3, 5])] == [3]
    assert gallery.parts(crop, [1, 5]) == []
    assert gallery.parts(crop, []) == []


def test_pictures_put_after_a_search_are_found(scenes):
    gallery = gallery_of(scenes[:20])
    crop = look(PARTS["middle"](scenes[25]))
    assert gallery.parts(crop) == []
    for image in scenes[20:]:
        gallery.put(look(image))
    assert [m.index for m in gallery.parts(crop)] == [25]


def test_a_grey_copy_is_near_and_one_in_other_colors_is_not(scenes):
    gallery = gallery_of(scenes)
    assert next(gallery.near(look(scenes[4].convert("L")))).index == 4
    swapped = Image.merge("RGB", scenes[4].split()[::-1])
    strong = ImageEnhance.Color(swapped).enhance(3)
    assert list(gallery.near(look(strong))) == []
