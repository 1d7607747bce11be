"""Every family for real models: reproducible, legible by its pixels, exact in its evidence, not to
be guessed, on its side of the reservation.
"""

import itertools
import random
import re
from collections import Counter
from functools import cache

import numpy as np
import pytest
from PIL import Image

import generation.drawn.figure as drawn
from blindspot.core.errors import StageError
from blindspot.core.grading import grade
from blindspot.core.taxonomy import BUILT_IN
from generation.drawn.figure import FigureFamily
from generation.drawn.plate import Plate
from generation.family import Drawing, draw, families, is_reserved, smallest
from generation.picture import settled

NAMES = [name for name in families.names() if smallest(families.load(name))]
TWO_WAY = ("yes_no",)
SIDES = ("landscape_side",)
"""Their answer is one of two words."""
DRAWN = 5


def load(name: str) -> FigureFamily:
    family = families.load(name)
    assert isinstance(family, FigureFamily)
    return family


@cache
def drawings(name: str) -> tuple[tuple[Drawing, Plate], ...]:
    """Some drawings with the plates that they came from."""
    plates: list[Plate] = []

    class Kept(Plate):
        def __init__(self, size: int, rng: random.Random) -> None:
            super().__init__(size, rng)
            plates.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "Plate", Kept)
        made = []
        for i in range(DRAWN):
            drawing = draw(load(name), f"pixels-{i}", 448)
            made.append((drawing, plates[-1]))
    return tuple(made)


def asked(name: str, count: int) -> list[tuple[str, drawn.Asked]]:
    """Contents and questions, without painting."""
    family, rng, made = load(name), random.Random(f"asked-{name}"), []
    while len(made) < count:
        condition = settled(rng, family.conditions, {})
        figure = family.compose(rng, condition)
        question = family.ask(rng, figure, condition)
        if question is not None:
            made.append((figure.content, question))
    return made


def test_there_are_enough_for_every_type_of_image():
    served = {families.load(name).image_type for name in families.names()}
    declared = set(re.findall(r"^\[image_types\.(\w+)\]", BUILT_IN.read_text(), re.MULTILINE))
    assert served == declared
    assert len(declared) == 12
    assert len(NAMES) >= 18


def test_capabilities_are_terms_of_the_taxonomy():
    declared = set(re.findall(r"^\[capabilities\.(\w+)\]", BUILT_IN.read_text(), re.MULTILINE))
    assert {load(name).capability for name in NAMES} <= declared


@pytest.mark.parametrize("name", NAMES)
def test_too_small_a_picture_is_refused(name):
    with pytest.raises(StageError, match=f"'{name}': at 224 pixels .*needs 448.*size = 448"):
        draw(load(name), "seed", 224)


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_pixels(name):
    one, same, other = (draw(load(name), seed, 448) for seed in ("a", "a", "b"))
    assert one.image.tobytes() == same.image.tobytes()
    assert (one.question, one.target, one.content) == (same.question, same.target, same.content)
    assert one.image.tobytes() != other.image.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_picture_says_the_same(name):
    small, large = (draw(load(name), "seed-1", size) for size in (448, 672))
    assert large.image.size == (672, 672)
    assert (small.question, small.target, small.content) == (
        large.question,
        large.target,
        large.content,
    )
    for near, far in zip(small.evidence, large.evidence, strict=True):
        assert [edge * 1.5 for edge in near] == pytest.approx(far, abs=7)


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_can_be_drawn_and_is_reported(name):
    family = load(name)
    for values in itertools.product(*family.conditions.values()):
        condition = dict(zip(family.conditions, values, strict=True))
        assert dict(draw(family, "cell", 448, condition).attributes) == condition
    with pytest.raises(ValueError, match="is no condition here"):
        draw(family, "cell", 448, {"weather": "fine"})


@pytest.mark.parametrize("name", NAMES)
def test_the_target_is_graded_right_and_another_is_not(name):
    kind = load(name).answer_kind
    for _, question in asked(name, 60):
        given = {"target": question.target, "kind": kind, "options": question.options}
        assert grade(question.target, **given).score == 1.0
        wrong = {"number": "-77777", "choice": "E", "yes_no": "perhaps"}.get(kind, "nothing of it")
        assert grade(wrong, **given).score == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_a_question_is_one_and_complete(name):
    for _, question in asked(name, 60):
        assert question.text.count("?") == 1
        assert question.text[0].isupper()
        assert question.text[-1] in "?."
        assert len(question.options) in (0, 4)
        assert len(set(question.options)) == len(question.options)


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_is_worth_guessing(name):
    answers = Counter(question.target for _, question in asked(name, 400))
    (_, most) = answers.most_common(1)[0]
    two = load(name).answer_kind in TWO_WAY or name in SIDES
    assert most / 400 <= (0.57 if two else 0.35)


@pytest.mark.parametrize("name", NAMES)
def test_contents_differ_and_stand_on_both_sides_of_the_reservation(name):
    contents = [content for content, _ in asked(name, 200)]
    assert len(set(contents)) >= 100
    assert 0.08 < sum(map(is_reserved, contents)) / 200 < 0.35


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_has_contents_on_both_sides(name):
    family, rng = load(name), random.Random(name)
    for values in itertools.product(*family.conditions.values()):
        condition = dict(zip(family.conditions, values, strict=True))
        figures = [family.compose(rng, condition) for _ in range(80)]
        contents = {f.content for f in figures if family.ask(rng, f, condition) is not None}
        assert sum(map(is_reserved, contents)) >= 2
        assert len(contents) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_evidence_lies_in_the_picture(name):
    for drawing, _ in drawings(name):
        for x0, y0, x1, y1 in drawing.evidence:
            assert 0 <= x0 < x1 <= 448
            assert 0 <= y0 < y1 <= 448
            assert (x1 - x0) * (y1 - y0) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_print_is_whole_apart_and_high_enough(name):
    for drawing, plate in drawings(name):
        ink = changed(plate.bare(), drawing.image)
        assert not ink[[0, -1], :].any()
        assert not ink[:, [0, -1]].any()
        covered = np.zeros(ink.shape, dtype=int)
        for text in plate.texts:
            x0, y0, x1, y1 = (round(edge) for edge in text.box)
            assert ink[y0:y1, x0:x1].any()
            covered[y0:y1, x0:x1] += 1
            if any(sign.isdigit() for sign in text.words):
                rows = np.flatnonzero(ink[y0:y1, x0:x1].any(axis=1))
                assert rows[-1] - rows[0] + 1 >= 10
        assert covered.max(initial=0) <= 1
        assert not (ink & (covered == 0)).any()


@pytest.mark.parametrize("name", NAMES)
def test_print_stands_out_from_what_lies_under_it(name):
    for drawing, plate in drawings(name):
        bare, image = (np.asarray(i.convert("L"), int) for i in (plate.bare(), drawing.image))
        for text in plate.texts:
            x0, y0, x1, y1 = (round(edge) for edge in text.box)
            assert np.abs(image - bare)[y0:y1, x0:x1].max() >= 80


def changed(bare: Image.Image, image: Image.Image) -> np.ndarray:
    """Where lettering changed a picture."""
    return np.any(np.asarray(bare) != np.asarray(image), axis=2)


PRINTED = (
    "calendar_day", "card_field", "formula_coefficient", "formula_value", "invoice_field",
    "receipt_change", "receipt_item", "shelf_prices", "table_lookup", "table_sum", "venn_count",
    "vital_monitor", "flow_chart",
)  # fmt: skip
"""Their evidence is print and nothing else."""


@pytest.mark.parametrize("name", PRINTED)
def test_evidence_of_print_holds_all_of_it_and_touches_none(name):
    for drawing, plate in drawings(name):
        ink = changed(plate.bare(), drawing.image)
        for x0, y0, x1, y1 in (tuple(map(round, box)) for box in drawing.evidence):
            inside = ink[y0:y1, x0:x1]
            assert inside.any()
            assert not inside[[0, -1], :].any()
            assert not inside[:, [0, -1]].any()
