"""MathVerse: what the rule decides and what it leaves, versions without question or picture,
hand-worked metrics.
"""

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.eleven import mathverse as stand_in
from blindspot.core.grading import Grade
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import mathverse
from harness.benchmarks.mathverse import fields, metrics
from harness.settings import BenchmarkSettings

TASK = cast(lmms.Task, None)
PLANE = ("Plane Geometry", "Angle")


def doc(answer: str, question: str = "Find x.") -> dict[str, Any]:
    row = stand_in.row(1, "1", "Text Lite", question, answer, PLANE)
    return {key: value for key, value in row.items() if key != "image"}


def grade(answer: str, text: str) -> Grade | None:
    return mathverse.grade(TASK, doc(answer), text)


RIGHT = {
    "11.8": ["11.8", "x = 11.8", "The answer is 11.8 km.", "\\boxed{11.80}", "$11.8$"],
    "$4\\sqrt{5}$": ["4√5", "\\boxed{4 \\sqrt{5}}", "\\boxed{\\sqrt{80}}"],
    "Area $=9 \\pi \\mathrm{cm}^{2}$": ["9\\pi", "\\boxed{9\\pi \\text{ cm}^2}", "Area = 9π cm²"],
    "$-\\frac{20}{21}$": ["-20/21", "\\boxed{-\\dfrac{20}{21}}"],
    "62^\\circ ": ["62", "62°", "62 degrees"],
    "$h=15$": ["15", "h = 15 cm"],
    "(2,-2)": ["(2, -2)", "\\boxed{(2,-2)}", "\\left(2, \\frac{-4}{2}\\right)"],
    "y=-2 x+5": ["y = -2x + 5", "The answer is $y=-2x+5$."],
    "Bugs Bunny": ["bugs bunny"],
    "$13 \\%$": ["13%", "\\boxed{13\\%}"],
    "-4.9\n-4.9": ["-4.9\n-4.9"],
}
WRONG = {
    "11.8": ["12.5", "\\boxed{-11.8}", "The answer is 118."],
    "$4\\sqrt{5}$": ["4", "\\boxed{4\\sqrt{6}}"],
    "Area $=9 \\pi \\mathrm{cm}^{2}$": ["9", "81\\pi"],
    "(2,-2)": ["(2, 5)"],
}
LEFT = {
    "11.8": ["11.84", "11.8 or 12", "about twelve", "It is 11.8 in this case, or so", "11.8 %"],
    "4.4 m": ["440 cm", "4.4 kg"],
    "$h=15$": ["x = 15"],
    "y=-2 x+5": ["-2x+5", "5", "y - 5 = -2x"],
    "315^\\circT": ["315°", "315"],
    "1:64": ["1/64", "64"],
    "(2,-2)": ["2, -2", "x = 2, y = -2", "(2, -2, 0)"],
    "(-2,1]": ["[-2,1]", "(-2,1)"],
    "$13 \\%$": ["0.13", "13"],
    "C\nD": ["C", "\\boxed{D}"],
}


@pytest.mark.parametrize("target", RIGHT)
def test_equal_texts_and_values_are_right(target: str) -> None:
    for text in RIGHT[target]:
        given_ = grade(target, text)
        assert given_, text
        assert given_.score == 1, text


@pytest.mark.parametrize("target", WRONG)
def test_other_values_are_wrong(target: str) -> None:
    for text in WRONG[target]:
        given_ = grade(target, text)
        assert given_, text
        assert given_.score == 0, text


@pytest.mark.parametrize("target", LEFT)
def test_what_must_be_understood_goes_to_the_judge(target: str) -> None:
    for text in LEFT[target]:
        assert grade(target, text) is None, text


def test_options_by_letter_or_text() -> None:
    row = doc("D", "Find it.\nChoices:\nA:40°\nB:60°\nC:120°\nD:140°")
    texts = ("D", "140°", "The answer is D:140°", "A", "The answer is D:40°", "The angle is 140°.")
    grades = [mathverse.grade(TASK, row, text) for text in texts]
    assert grades == [Grade("D", 1.0)] * 3 + [Grade("A", 0.0), None, None]


def test_a_question_without_listed_options_has_letters() -> None:
    own = fields(doc("(B)", "Is it even?"))
    assert (own.target, own.options, own.question) == ("B", ("A", "B", "C", "D"), "Is it even?")
    several = {**doc("C\nD", "Find.\nChoices:\nA:1\nB:2"), "question_type": "multi-choice"}
    assert fields(several).answer_kind == "text"


def test_a_question_that_stands_in_the_picture_is_had_from_the_row() -> None:
    row = doc("D", "") | {"question_for_eval": "Find it.\nChoices:\nA:1\nB:2\nC:3\nD:4"}
    assert (fields(row).question, fields(row).options) == ("Find it.", ("1", "2", "3", "4"))
    assert fields(row | {"question_for_eval": ""}).question == row["query_wo"]


def test_the_version_without_pictures_is_asked_without(tmp_path: Path) -> None:
    import datasets

    rows = [{**row, "image": "", "problem_version": "Text Only"} for row in stand_in.rows()[:2]]
    string = datasets.Value("string")
    features = datasets.Features({**stand_in.features(), "image": string})
    datasets.Dataset.from_list(rows, features=features).to_parquet(str(tmp_path / "x.parquet"))
    settings = BenchmarkSettings(name="mathverse", path=tmp_path / "x.parquet")
    items = list(mathverse.PLUGIN.open(settings, tmp_path / "lock").items())
    assert [(item.pictures, item.failure) for item in items] == [((), None)] * 2
    assert items[0].sample.prompt == rows[0]["query_wo"]


def test_metrics_over_all_and_by_version() -> None:
    def scored(version: str, score: float) -> Scored:
        return Scored(cast(Sample, None), {"problem_version": version}, "x", score)

    assert metrics([scored("Text Lite", 1), scored("Text Lite", 0), scored("Vision Only", 0)]) == {
        "accuracy": 1 / 3,
        "Text Lite": 0.5,
        "Vision Only": 0.0,
    }


@given(st.one_of(st.text(), st.text(alphabet="0123456789.,-+()=\\frac{}√π° answeris:ABCD$")))
def test_any_completion_gets_a_score_or_goes_to_the_judge(text: str) -> None:
    for target in ("D", "11.8", "$4\\sqrt{5}$", "(2,-2)", "y=-2 x+5"):
        given_ = grade(target, text)
        assert given_ is None or given_.score in (0, 1)


@pytest.mark.parametrize("piece", ["9^", "(", "{", "\\boxed{", "9", "√", "(1,", "answer: "])
def test_long_completions_end(piece: str) -> None:
    for target in ("11.8", "(2,-2)"):
        given_ = grade(target, piece * 20_000)
        assert given_ is None or given_.score == 0
