"""What holds for every edit, also for one that is added tomorrow."""

import random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.images import encode
from generation.edit import edits

GOOD: dict[str, list[dict[str, Any]]] = {
    "annotate": [
        {"mark": "box", "box": [0.1, 0.1, 0.6, 0.9]},
        {"mark": "arrow", "box": [0.5, 0, 1, 1], "color": "blue"},
        {"mark": "letter", "box": [0, 0, 1, 1], "letter": "Q"},
    ],
    "blur": [{"radius": 0.05}, {"radius": 0.1, "box": [0, 0, 0.5, 1]}],
    "brightness": [{"factor": 0.5}, {"factor": 2}],
    "collage": [{"arrangement": "row", "place": 1}, {"arrangement": "column"}],
    "contrast": [{"factor": 0.5}],
    "crop": [{"box": [0.1, 0.2, 0.9, 0.8]}, {"box": [0, 0, 1, 1]}],
    "downscale": [{"factor": 0.5}],
    "flip": [{"axis": "left_right"}, {"axis": "top_bottom"}],
    "grayscale": [{}],
    "mask": [{"box": [0.3, 0.3, 0.5, 0.5]}],
    "noise": [{"strength": 0.1}],
    "overlay_text": [{"text": "SALE", "place": "bottom"}],
    "pad": [{"margin": 0.25}, {"margin": 0.01, "color": "black"}],
    "recolour": [{"degrees": 120}, {"degrees": -30.5}],
    "rotate": [{"degrees": 90}, {"degrees": -17.5}, {"degrees": 180}],
}
BAD: dict[str, list[dict[str, Any]]] = {
    "annotate": [{"mark": "star", "box": [0, 0, 1, 1]}, {"mark": "letter", "letter": "AB"}],
    "blur": [{"radius": 0}, {"radius": 0.05, "box": [0.5, 0, 0.5, 1]}],
    "brightness": [{"factor": 0}, {"factor": float("nan")}, {"factor": True}],
    "collage": [{"arrangement": "row", "place": 3}, {"arrangement": "pile"}],
    "contrast": [{"factor": float("inf")}],
    "crop": [{"box": [0, 0, 1]}, {"box": [0.9, 0, 0.1, 1]}, {"box": [0, 0, 0.01, 0.01]}],
    "downscale": [{"factor": 1}, {"factor": 0.01}, {"factor": "0.5"}],
    "flip": [{"axis": "diagonal"}],
    "grayscale": [{"weights": [1, 0, 0]}],
    "mask": [{"box": [-0.1, 0, 1, 1]}, {"box": [0, 0, 2, 1]}, {"box": "all"}],
    "noise": [{"strength": 7}],
    "overlay_text": [{"text": "", "place": "top"}, {"text": "x" * 80, "place": "top"}],
    "pad": [{"margin": 0}, {"margin": 0.1, "color": "mauve"}],
    "recolour": [{"degrees": 181}],
    "rotate": [{"degrees": None}],
}
CASES = [(name, told) for name, many in GOOD.items() for told in many]
FAULTS = [(name, told) for name, many in BAD.items() for told in many]


def test_every_edit_is_tested_here() -> None:
    assert list(GOOD) == edits.names() == list(BAD)


@pytest.mark.parametrize("name", edits.names())
def test_it_says_what_it_does_and_what_it_takes(name: str) -> None:
    edit = edits.load(name)
    jsonschema.Draft202012Validator.check_schema(dict(edit.arguments))
    assert edit.about.endswith(".")
    assert all(field["description"] for field in edit.arguments["properties"].values())


@pytest.mark.parametrize(("name", "told"), CASES)
def test_its_schema_allows_what_it_takes(name: str, told: dict[str, Any]) -> None:
    jsonschema.validate(told, dict(edits.load(name).arguments))


@pytest.mark.parametrize(("name", "told"), CASES)
def test_the_same_seed_gives_the_same_pixels_and_leaves_the_old_ones(
    name: str, told: dict[str, Any], busy: Image.Image, make: Any
) -> None:
    before, others = encode(busy), [Image.new("RGB", (30, 40), "blue")] * 2
    first, second = (make(name, busy, others=others, **told).image for _ in range(2))
    assert encode(first) == encode(second)
    assert encode(busy) == before
    assert first.mode == "RGB"


@pytest.mark.parametrize(("name", "told"), FAULTS)
def test_arguments_that_make_no_sense_are_refused(
    name: str, told: dict[str, Any], busy: Image.Image, make: Any
) -> None:
    with pytest.raises(ValueError) as caught:
        make(name, busy, others=[busy], **told)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", edits.names())
def test_an_argument_that_it_does_not_know_is_refused(
    name: str, busy: Image.Image, make: Any
) -> None:
    with pytest.raises(ValueError, match="unknown_one"):
        make(name, busy, others=[busy] * 2, unknown_one=1, **GOOD[name][0])


Edge = st.floats(-20, 120, allow_nan=False)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(CASES),
    st.tuples(st.integers(32, 90), st.integers(32, 90)),
    st.tuples(Edge, Edge, st.floats(0.5, 60), st.floats(0.5, 60)),
)
def test_a_box_lies_in_the_new_picture_or_is_gone(
    case: tuple[str, dict[str, Any]],
    size: tuple[int, int],
    corner: tuple[float, float, float, float],
) -> None:
    (name, told), image = case, Image.new("RGB", size, "white")
    others = [Image.new("RGB", (50, 40), "blue")] * 2
    box = (corner[0], corner[1], corner[0] + corner[2], corner[1] + corner[3])
    made = edits.load(name).apply(image, told, random.Random(0), [box], others)
    found = made.box(box)
    assert made.effect in ("keeps", "may change", "destroys")
    if found is not None:
        assert 0 <= found[0] < found[2] <= made.image.width
        assert 0 <= found[1] < found[3] <= made.image.height
    if made.effect == "keeps" and box[0] >= 0 and box[1] >= 0:
        assert found is not None or box[0] >= size[0] or box[1] >= size[1]


TURNING = ["crop", "rotate", "flip", "downscale", "pad", "collage"]


@pytest.mark.parametrize(("name", "told"), [case for case in CASES if case[0] in TURNING])
def test_a_box_follows_what_it_holds(name: str, told: dict[str, Any], make: Any) -> None:
    """A black square on white is found again at the middle of its box."""
    image, square = Image.new("RGB", (120, 80), "white"), (50, 30, 70, 46)
    image.paste("black", square)
    made = make(name, image, others=[Image.new("RGB", (60, 60), "white")] * 2, **told)
    x0, y0, x1, y1 = made.box(square)
    inside = made.image.crop((round(x0), round(y0), round(x1), round(y1))).convert("L")
    dark = sum(inside.histogram()[:128])
    assert dark == sum(made.image.convert("L").crop(_content(made)).histogram()[:128])
    middle = made.image.getpixel((int((x0 + x1) / 2), int((y0 + y1) / 2)))
    assert middle == (0, 0, 0)


def _content(made: Any) -> tuple[int, int, int, int]:
    """The picture without a dark margin: half a margin around the box is white in all cases."""
    x0, y0, x1, y1 = made.box((45, 25, 75, 51))
    return round(x0), round(y0), round(x1), round(y1)
