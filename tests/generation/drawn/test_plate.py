"""A plate refuses lettering that nobody could read, and says where its ink is."""

import random

import numpy as np
import pytest

from generation.drawn.plate import FACES, UNITS, Illegible, Plate, overlap


@pytest.fixture
def plate() -> Plate:
    return Plate(UNITS, random.Random(3))


def ink_box(plate: Plate) -> tuple[int, int, int, int]:
    """Around all pixels that lettering changed."""
    changed = np.any(np.asarray(plate.bare()) != np.asarray(plate.finish()), axis=2)
    ys, xs = np.nonzero(changed)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def test_what_can_be_read_is_drawn(plate):
    plate.text(200, 100, "Total 47", 18)
    assert plate.finish().size == (448, 448)


def test_small_print_is_refused(plate):
    plate.text(200, 100, "Total", 11)
    with pytest.raises(Illegible, match=r"'Total' is . pixels high"):
        plate.finish()


@pytest.mark.parametrize("at", [(5, 200), (443, 200), (200, 2), (200, 446)])
def test_what_is_cut_off_is_refused(plate, at):
    plate.text(*at, "Total", 18)
    with pytest.raises(Illegible, match="cut off"):
        plate.finish()


def test_pale_print_is_refused(plate):
    plate.text(200, 100, "Total", 18, ink=(150, 150, 150))
    with pytest.raises(Illegible, match="too pale"):
        plate.finish()


def test_print_across_a_dark_line_is_refused(plate):
    plate.text(200, 100, "Total", 18)
    plate.line([(100, 100), (300, 100)], (20, 20, 20), 2)
    with pytest.raises(Illegible, match="too pale"):
        plate.finish()


def test_texts_across_one_another_are_refused(plate):
    plate.text(200, 100, "Total", 18)
    plate.text(215, 106, "Cash", 18)
    with pytest.raises(Illegible, match="across another"):
        plate.finish()


@pytest.mark.parametrize("face", ["plain", *FACES])
@pytest.mark.parametrize("size", [448, 777])
def test_the_box_of_a_text_holds_its_ink_and_little_more(face, size):
    plate = Plate(size, random.Random(1))
    box = plate.pixels(plate.text(150, 200, "gap Qy 48", 20, face=face, anchor="lm"))
    x0, y0, x1, y1 = ink_box(plate)
    assert box[0] < x0 < box[0] + 7 * plate.scale
    assert box[1] < y0 < box[1] + 7 * plate.scale
    assert box[2] - 7 * plate.scale < x1 < box[2]
    assert box[3] - 7 * plate.scale < y1 < box[3]


def test_the_box_of_a_formula_holds_its_ink(plate):
    box = plate.pixels(plate.formula(224, 200, r"$\frac{x^{2} - 1}{3}$"))
    x0, y0, x1, y1 = ink_box(plate)
    assert box[0] < x0 < x1 < box[2]
    assert box[1] < y0 < y1 < box[3]


def test_a_formula_is_measured_by_its_exponents(plate):
    plate.formula(224, 200, "$x^{2}$", size=18)
    with pytest.raises(Illegible, match="9 pixels high"):
        plate.finish()


def test_boxes_that_touch_do_not_overlap():
    assert not overlap((0, 0, 5, 5), (5, 0, 9, 5))
    assert overlap((0, 0, 5, 5), (4, 4, 9, 9))
