"""MATH-Vision: nothing that a completion says runs away or is run, and the scores stay lmms-eval's;
its package for LaTeX is there or refused with a way out.
"""

import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.eleven import mathvision as stand_in
from blindspot.core.errors import ConfigError
from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmarks import mathvision
from harness.benchmarks.mathvision import fields

TASK = cast(lmms.Task, None)


def doc(answer: str, options: list[str] | None = None) -> dict[str, Any]:
    row = {**stand_in.rows()[3], "answer": answer, "options": options or []}
    return {key: value for key, value in row.items() if key != "decoded_image"}


def grade(row: dict[str, Any], text: str) -> Grade:
    return mathvision.grade(TASK, row, text)


CHOICES = doc("B", ["$3: 2$", "12", "I", "7", "0"])
VALUE, TUPLE = doc("60"), doc("(3,-4)")

GRADES = [
    (CHOICES, "B", Grade("B", 1.0)),
    (CHOICES, "12", Grade("12", 1.0)),
    (CHOICES, "So the answer is (B).", Grade("B", 1.0)),
    (CHOICES, "\\boxed{\\text{(B)}}", Grade("B", 1.0)),
    (CHOICES, "\\boxed{A}", Grade("A", 0.0)),
    (CHOICES, "\\boxed{24/2}", Grade("\\frac{24}{2}", 1.0)),
    (CHOICES, "", Grade(None, 0.0)),
    (VALUE, "\\boxed{120/2}", Grade("\\frac{120}{2}", 1.0)),
    (VALUE, "\\boxed{60.004}", Grade("60.004", 1.0)),
    (VALUE, "\\boxed{6^1 \\times 10}", Grade("6^1\\times10", 1.0)),
    (TUPLE, "\\boxed{(6-3, 0-4)}", Grade("(6-3,0-4)", 1.0)),
    (TUPLE, "\\boxed{(6/2, 0-4)}", Grade("(6/2,0-4)", 0.0)),
    (TUPLE, "\\boxed{(3, 4)}", Grade("(3,4)", 0.0)),
]
HOSTILE = [
    "\\boxed{9^{9^{9}}}",
    "\\boxed{9^{999999999}}",
    "\\boxed{((9^{999})^{999})^{999}}",
    "9**9**9",
    "\\boxed{1e999999999}",
    "\\boxed{\\sqrt[9^{-99999999}]{2}}",
    "\\boxed{\\binom{999999999}{499999999}}",
    "\\boxed{999999999!!!}",
    "\\boxed{\\int_{0}^{9^{9^9}} x dx}",
    "\\boxed{" + ",".join(["(1+2)"] * 20_000) + "}",
    "\\boxed{(" + ",".join(["3\\sqrt{2}"] * 5_000) + ")}",
    "{" * 50_000,
    "\\boxed{" * 20_000,
    "(" * 400 + "1" + ")" * 400,
    "1" * 100_000,
    "\\boxed{__import__('os').system('touch ran')}",
    "\\boxed{exit()}",
]


@pytest.mark.parametrize(("row", "text", "wanted"), GRADES)
def test_grades(row: dict[str, Any], text: str, wanted: Grade) -> None:
    assert grade(row, text) == wanted


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_completions_end_and_are_wrong(text: str) -> None:
    start = time.process_time()
    assert grade(TUPLE, text).score == 0
    assert time.process_time() - start < 60


def test_nothing_is_left_changed_in_lmms_eval() -> None:
    utils, values = (lmms.module(f"mathvision.{name}") for name in ("utils", "eval_utils"))
    before = utils.is_equal, values.latex2sympy, sys.getprofile()
    grade(VALUE, "\\boxed{9^{9^9}}")
    assert (utils.is_equal, values.latex2sympy, sys.getprofile()) == before
    assert "eval" not in vars(values)


def test_a_target_in_dollar_signs_is_never_met_as_in_lmms_eval() -> None:
    row = doc("$5 \\sqrt{3}$")
    assert [grade(row, text).score for text in ("$5 \\sqrt{3}$", "\\boxed{5\\sqrt{3}}")] == [0, 0]


def test_places_of_pictures_go_from_the_question_and_values_are_numbers() -> None:
    row = {**VALUE, "question": "Which?\n<image1> <image2>"}
    assert fields(row).question == "Which?"
    assert [fields(r).answer_kind for r in (row, TUPLE, CHOICES)] == ["number", "text", "choice"]


@pytest.fixture
def _forgotten() -> Iterator[None]:
    mathvision._scoring.cache_clear()
    yield
    mathvision._scoring.cache_clear()


@pytest.mark.usefixtures("_forgotten")
def test_without_its_package_for_latex_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmms, "module", lambda name: object())
    with pytest.raises(ConfigError, match=r"antlr4-python3-runtime==4\.9\.3"):
        fields(VALUE)


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="0123456789.,+-*/^(){}\\frac[] =|!", max_size=40)))
def test_any_completion_gets_a_score(text: str) -> None:
    for row in (CHOICES, VALUE, TUPLE):
        assert grade(row, text).score in (0, 1)
        assert grade(row, f"\\boxed{{{text}}}").score in (0, 1)
