"""Every family: reproducible, true to its content, exact in its evidence, on its side of the
reservation."""

import random
import re
from collections.abc import Callable
from itertools import product

import pytest
from PIL import Image

from generation.canvas import COLORS
from generation.families.ocr_words import WORDS
from generation.family import Box, Drawing, draw, families, is_reserved, smallest

NAMES = [name for name in families.names() if not smallest(families.load(name))]
"""Those that draw at any size; the others have their tests in `families/` and `drawn/`."""
DRAWS = 60
CELLS = [
    (name, dict(zip(conditions, values, strict=True)))
    for name in NAMES
    for conditions in [families.load(name).conditions]
    for values in product(*conditions.values())
]


def drawings(name: str, size: int = 48, count: int = DRAWS) -> list[Drawing]:
    return [draw(families.load(name), f"test-{i}", size) for i in range(count)]


@pytest.mark.parametrize("size", [48, 224])
@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_drawings(name: str, size: int) -> None:
    one, same, other = (
        draw(families.load(name), seed, size) for seed in ("seed-1", "seed-1", "seed-2")
    )
    assert one.image.size == (size, size)
    assert one.image.tobytes() == same.image.tobytes()
    assert (one.question, one.target, one.content) == (same.question, same.target, same.content)
    assert one.image.tobytes() != other.image.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_description_does_not_depend_on_the_size(name: str) -> None:
    small, large = (draw(families.load(name), "seed", size) for size in (48, 480))
    assert (small.question, small.target, small.content) == (
        large.question,
        large.target,
        large.content,
    )
    for near, far in zip(small.evidence, large.evidence, strict=True):
        assert [edge * 10 for edge in near] == pytest.approx(far)


@pytest.mark.parametrize(("name", "condition"), CELLS)
def test_a_condition_is_met_and_reported(name: str, condition: dict[str, str]) -> None:
    drawing = draw(families.load(name), "seed", 48, condition)
    assert dict(drawing.attributes) == condition


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(ValueError, match=r"bars=3\|4"):
        draw(families.load("chart_extremum"), "seed", 48, {"bars": "9"})


@pytest.mark.parametrize("reserved", [True, False])
@pytest.mark.parametrize(("name", "condition"), CELLS)
def test_contents_stay_on_their_side(name: str, condition: dict[str, str], reserved: bool) -> None:
    contents = {
        draw(families.load(name), f"side-{i}", 24, condition, reserved=reserved).content
        for i in range(30)
    }
    assert {is_reserved(content) for content in contents} == {reserved}
    assert len(contents) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_natural_and_inside_the_picture(name: str) -> None:
    for drawing in drawings(name):
        assert re.fullmatch(r"[A-Z][^?]*\?( [A-Z][^?]*\.)?", drawing.question)
        assert drawing.options == ()
        for x0, y0, x1, y1 in drawing.evidence:
            assert 0 <= x0 < x1 <= 48
            assert 0 <= y0 < y1 <= 48


def test_words_are_different_and_of_three_letters() -> None:
    assert len(set(WORDS)) == len(WORDS)
    assert all(len(word) == 3 for word in WORDS)
    assert len(WORDS) > 600


# Answers, worked out again from the content.


def scene(content: str) -> list[dict[str, str]]:
    names = ("grade", "color", "shape", "level", "side")
    return [dict(zip(names, words.split(), strict=True)) for words in content.split(", ")]


def find(things: list[dict[str, str]], **wanted: str) -> list[dict[str, str]]:
    return [thing for thing in things if all(thing[k] == v for k, v in wanted.items())]


def color_answer(question: str, things: list[dict[str, str]]) -> str:
    (thing,) = find(things, shape=words(question)[-1])
    return thing["color"]


def shape_answer(question: str, things: list[dict[str, str]]) -> str:
    found = find(things, color=words(question)[4])
    return found[0]["shape"] if found else "cannot be determined"


def spatial_answer(question: str, things: list[dict[str, str]]) -> str:
    (thing,) = find(things, color=words(question)[2])
    return thing["side" if "left" in question else "level"]


def size_answer(question: str, things: list[dict[str, str]]) -> str:
    one, other = words(question)[5], words(question)[9]
    (grade,) = (find(things, color=one)[0]["grade"],)
    assert grade != find(things, color=other)[0]["grade"]
    return one if (grade == "large") == ("bigger" in question) else other


def presence_answer(question: str, things: list[dict[str, str]]) -> str:
    color, shape = words(question)[-2:]
    return "yes" if find(things, color=color, shape=shape) else "no"


def total_answer(question: str, things: list[dict[str, str]]) -> str:
    first, second = (words(question)[i].removesuffix("s") for i in (2, 4))
    one, other = len(find(things, shape=first)), len(find(things, shape=second))
    return f"{one} + {other} = {one + other}"


def words(question: str) -> list[str]:
    return question.replace("?", "").replace(",", "").split()


SCENE_ANSWERS: dict[str, Callable[[str, list[dict[str, str]]], str]] = {
    "color": color_answer,
    "shape": shape_answer,
    "unanswerable": shape_answer,
    "counting": lambda _, things: str(len(things)),
    "spatial": spatial_answer,
    "size_comparison": size_answer,
    "presence": presence_answer,
    "total": total_answer,
}


@pytest.mark.parametrize("name", sorted(SCENE_ANSWERS))
def test_scene_answers_follow_from_the_content(name: str) -> None:
    for drawing in drawings(name):
        things = scene(drawing.content)
        assert drawing.target == SCENE_ANSWERS[name](drawing.question, things)


def test_many_and_few_objects() -> None:
    for drawing in drawings("counting"):
        many = len(scene(drawing.content)) >= 4
        assert drawing.attributes["objects"] == ("many" if many else "few")


@pytest.mark.parametrize("name", ["chart_color", "chart_counting", "chart_extremum"])
def test_chart_answers_follow_from_the_content(name: str) -> None:
    for drawing in drawings(name):
        ranking, order = drawing.content.removeprefix("bars ").split(" in order ")
        ranked, left_to_right = ranking.split(">"), order.split(",")
        answers = {
            "How many bars are there?": str(len(ranked)),
            "Which bar is the tallest?": ranked[0],
            "Which bar is the shortest?": ranked[-1],
            "What color is the bar on the left?": left_to_right[0],
            "What color is the bar on the right?": left_to_right[-1],
        }
        assert drawing.target == answers[drawing.question]


@pytest.mark.parametrize("name", ["ocr_digits", "ocr_words", "clock"])
def test_reading_answers_are_the_content(name: str) -> None:
    for drawing in drawings(name):
        assert drawing.content.split(" ", 1)[1] == drawing.target


def test_arithmetic_is_right_and_carries_nothing() -> None:
    for drawing in drawings("arithmetic"):
        one, sign, other = drawing.content.removeprefix("formula ").split()
        result = int(one) + int(other) * (1 if sign == "+" else -1)
        assert drawing.target == f"{one} {sign} {other} = {result}"
        assert str(result)[0] == one[0]


# What is seen, worked out again from the pixels.


def nearest_color(pixel: tuple[int, int, int]) -> str:
    return min(
        COLORS, key=lambda name: sum((a - b) ** 2 for a, b in zip(pixel, COLORS[name], strict=True))
    )


def seen_box(image: Image.Image, color: str) -> Box:
    """The box of all pixels that are nearer to `color` than to another color or to the paper."""
    width, height = image.size
    at = [
        (x, y)
        for x in range(width)
        for y in range(height)
        if isinstance(pixel := image.getpixel((x, y)), tuple)
        and min(pixel) < 225
        and nearest_color((pixel[0], pixel[1], pixel[2])) == color
    ]
    xs, ys = [x for x, _ in at], [y for _, y in at]
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def color_named(text: str) -> str:
    (color,) = (color for color in COLORS if color in text)
    return color


@pytest.mark.parametrize("name", ["localisation", "spatial", "shape", "color"])
def test_evidence_is_the_box_of_the_object(name: str) -> None:
    for drawing in drawings(name, size=96, count=8):
        color = color_named(f"{drawing.question} {drawing.target}")
        assert drawing.evidence[0] == pytest.approx(seen_box(drawing.image, color), abs=1.5)


def test_a_box_is_given_in_the_lines_of_the_grid() -> None:
    for drawing in drawings("localisation", size=96, count=8):
        seen = seen_box(drawing.image, color_named(drawing.question))
        numbers = [int(n) for n in re.findall(r"\d", drawing.target)]
        assert numbers == pytest.approx([edge * 9 / 96 for edge in seen], abs=0.65)


@pytest.mark.parametrize("name", ["ocr_digits", "ocr_words", "arithmetic"])
@pytest.mark.parametrize("size", [48, 224])
def test_evidence_holds_the_print(name: str, size: int) -> None:
    for drawing in drawings(name, size=size, count=20):
        dark = drawing.image.convert("L").point([255 if value < 120 else 0 for value in range(256)])
        (evidence,) = drawing.evidence
        ink = dark.getbbox()
        assert ink is not None
        slack = max(2.0, 0.02 * size)
        assert ink[0] >= evidence[0] - slack
        assert ink[1] >= evidence[1] - slack
        assert ink[2] <= evidence[2] + slack
        assert ink[3] <= evidence[3] + slack


def test_the_tallest_bar_is_the_tallest_in_the_picture() -> None:
    for drawing in drawings("chart_extremum", size=96, count=10):
        colors = [c for c in COLORS if c in drawing.content and c != "black"]
        heights = {c: (box := seen_box(drawing.image, c))[3] - box[1] for c in colors}
        if drawing.target in heights and "tallest" in drawing.question:
            assert heights[drawing.target] == max(heights.values())


def test_all_randomness_comes_from_the_generator() -> None:
    random.seed(1)
    before = draw(families.load("counting"), "seed", 48)
    random.seed(2)
    assert draw(families.load("counting"), "seed", 48).image.tobytes() == before.image.tobytes()
