"""MathVista: where its scores differ from lmms-eval's and why, what goes to the judge, hand-worked
grades and metrics.
"""

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.eleven import mathvista as stand_in
from blindspot.core.grading import Grade
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import mathvista
from harness.benchmarks.mathvista import fields, metrics

TASK = cast(lmms.Task, None)
KIND = ("math word problem", "table", ["arithmetic reasoning"])


def doc(answer: str, answer_type: str, choices: list[str] | None = None) -> dict[str, Any]:
    precision = 1.0 if answer_type == "float" else None
    return stand_in.row(1, "How much?", choices, answer, answer_type, precision, KIND)


def grade(row: dict[str, Any], text: str) -> Grade | None:
    return mathvista.grade(TASK, row, text)


def theirs(row: dict[str, Any], text: str) -> bool:
    process = lmms.module("mathvista.utils").mathvista_process_results
    return process(row, [text])["llm_as_judge_eval"]["true_false"]


CHOICES = doc("120°", "text", ["100°", "120°", "45°"])
LETTERS = doc("C", "text", ["A", "B", "C"])
INTEGER, DECIMAL = doc("4", "integer"), doc("1.2", "float")
LIST = doc("[0, 2]", "list")

GRADES = [
    (CHOICES, "120°", Grade("120°", 1.0)),
    (CHOICES, "B", Grade("B", 1.0)),
    (CHOICES, "(C)", Grade("C", 0.0)),
    (CHOICES, "The answer is $\\boxed{120^\\circ}$.", Grade("B", 1.0)),
    (CHOICES, "D", None),
    (CHOICES, "110°", None),
    (LETTERS, "The third one, so the answer is C.", Grade("C", 1.0)),
    (INTEGER, "4", Grade("4", 1.0)),
    (INTEGER, " 04 ", Grade("4", 1.0)),
    (INTEGER, "4.0", Grade("4.0", 1.0)),
    (INTEGER, "4 apples", Grade("4", 1.0)),
    (INTEGER, "\\boxed{5}", Grade("5", 0.0)),
    (INTEGER, "4.7", None),
    (INTEGER, "four", None),
    (INTEGER, "There are 4 or 5.", None),
    (DECIMAL, "1.2", Grade("1.2", 1.0)),
    (DECIMAL, "The answer is 1.24 kg.", Grade("1.24", 1.0)),
    (DECIMAL, "1.26", Grade("1.26", 0.0)),
    (DECIMAL, "nan", Grade("nan", 0.0)),
    (DECIMAL, "120 %", None),
    (LIST, "[0,2]", Grade("[0, 2]", 1.0)),
    (LIST, "The answer is [2, 0].", Grade("[2, 0]", 0.0)),
    (LIST, "0 and 2", None),
]


@pytest.mark.parametrize(("row", "text", "wanted"), GRADES)
def test_grades(row: dict[str, Any], text: str, wanted: Grade | None) -> None:
    assert grade(row, text) == wanted


def test_a_decimal_can_be_right_here_and_never_there() -> None:
    assert not theirs(DECIMAL, "1.2")
    assert theirs({**DECIMAL, "precision": 1}, "1.2")
    assert grade(DECIMAL, "1.2") == Grade("1.2", 1.0)


def test_an_empty_completion_is_wrong_here_and_the_shortest_option_there() -> None:
    row = doc("45°", "text", ["100°", "120°", "45°"])
    assert theirs(row, "")
    assert grade(row, "") == grade(row, " \n") == Grade(None, 0.0)


def test_equal_options_are_one() -> None:
    row = doc("18", "text", ["9", "18", "18"])
    assert fields(row).target == "B"
    assert grade(row, "C") == Grade("C", 1.0)


def test_the_unit_stands_in_the_question_and_the_first_skill_counts() -> None:
    own = fields({**INTEGER, "unit": "$"})
    assert own.question == "How much? (Unit: $)"
    assert own.capability == "arithmetic"
    both = {**INTEGER["metadata"], "skills": ["arithmetic reasoning", "geometry reasoning"]}
    assert fields({**INTEGER, "metadata": both}).capability == "geometry"


def test_metrics_over_all_and_by_task() -> None:
    def scored(task: str, score: float) -> Scored:
        row = {"metadata": {"task": task}}
        return Scored(cast(Sample, None), row, "x", score)

    assert metrics([scored("b", 1), scored("b", 0), scored("a", 1), scored("a", 1)]) == {
        "accuracy": 0.75,
        "a": 1.0,
        "b": 0.5,
    }


@settings(max_examples=60)
@given(st.one_of(st.text(), st.text(alphabet="0123456789.,-+e[]()\\boxed{} answeris:ABC°")))
def test_any_completion_gets_a_score_or_goes_to_the_judge(text: str) -> None:
    for row in (CHOICES, LETTERS, INTEGER, DECIMAL, LIST):
        given_ = grade(row, text)
        assert given_ is None or given_.score in (0, 1)


@pytest.mark.parametrize("text", ["9" * 5000, "9**9**9", "1e999", "{" * 50_000, "inf", "-0"])
def test_numbers_without_bounds_get_a_score_or_go_to_the_judge(text: str) -> None:
    for row in (CHOICES, INTEGER, DECIMAL, LIST):
        given_ = grade(row, text)
        assert given_ is None or given_.score == 0
