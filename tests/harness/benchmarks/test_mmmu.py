"""MMMU beyond what all benchmarks share: pictures inside the prompt, no option drawn at random,
several answers, disciplines.
"""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.eleven import mmmu as stand_in
from blindspot.core.grading import Grade
from harness import lmms_benchmark
from harness.benchmark import Item, Scored, benchmarks
from harness.benchmarks import mmmu
from harness.settings import BenchmarkSettings


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> lmms_benchmark.OpenedTask:
    root = tmp_path_factory.mktemp("mmmu")
    benchmark = benchmarks.load("mmmu")
    assert isinstance(benchmark, lmms_benchmark.LmmsBenchmark)
    return benchmark.open(
        BenchmarkSettings(name="mmmu", path=stand_in.FIXTURE.write(root)), root / "lock"
    )


@pytest.fixture(scope="module")
def items(source: lmms_benchmark.OpenedTask) -> dict[str, Item]:
    return {
        i.sample.id.removeprefix("mmmu/validation_"): i for i in source.items(set(source.ids()))
    }


def pictures_of(name: str) -> list[bytes]:
    row = next(r for r in stand_in.rows() if r["id"] == f"validation_{name}")
    return [row[f"image_{i}"]["bytes"] for i in range(1, 8) if row[f"image_{i}"]]


def test_options_that_are_pictures_stand_at_their_letters(items: dict[str, Item]) -> None:
    item = items["Music_3"]
    assert item.sample.options[3] == "<image 4>"
    assert item.sample.prompt.startswith(
        "Which is the C scale?\nA.\n<image>\nB.\n<image>\nC.\n<image>\nD.\n<image>\n"
    )
    assert list(item.pictures) == pictures_of("Music_3")


def test_a_picture_that_no_mark_names_is_not_sent(items: dict[str, Item]) -> None:
    assert list(items["Pharmacy_4"].pictures) == pictures_of("Pharmacy_4")[:1]


def test_lmms_eval_drops_text_where_a_picture_is_named_twice(items: dict[str, Item]) -> None:
    item = items["Math_19"]
    assert item.sample.question.count("<image 1>") == 2
    assert item.sample.prompt.startswith(
        "A graph\n<image>\nand a tree\n<image>\n: give the cut sets.\nA."
    )
    assert list(item.pictures) == pictures_of("Math_19")


def test_lmms_eval_swaps_pictures_that_are_named_in_another_order(items: dict[str, Item]) -> None:
    item = items["Psychology_17"]
    assert item.sample.options == ("<image 2>", "<image 1>")
    assert list(item.pictures) == pictures_of("Psychology_17"), "A shows picture 1, not 2"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("Accounting_1", "(A) or (B)? (B).", Grade("B", 1.0)),
        ("Accounting_1", "C", Grade("C", 0.0)),
        ("Accounting_1", "B\n", Grade("B", 1.0)),
        ("Accounting_1", "D", Grade(None, 0.0)),
        ("Accounting_1", "", Grade(None, 0.0)),
        ("Accounting_1", "\\boxed{B}", Grade(None, 0.0)),
        ("Accounting_1", "the overhead must then have been $7", Grade("B", 1.0)),
        ("History_8", "I", Grade("I", 1.0)),
        ("Chemistry_13", "12.9741", Grade("12.97", 1.0)),
        ("Chemistry_13", "So pH = 12.9", Grade("12.9", 0.0)),
        ("Chemistry_13", "", Grade(None, 0.0)),
        ("Math_15", "It is 24/7", Grade("24/7", 1.0)),
        ("Math_15", "3.43", Grade("3.43", 1.0)),
        ("Math_15", "['24/7', '3.429']", Grade("3.43", 1.0)),
        ("Math_15", "24", Grade("24", 0.0)),
        ("Psychology_20", "The Embryonic stage", Grade("the embryonic stage", 1.0)),
        ("Physics_21", "c", Grade("c", 1.0)),
        ("Physics_21", "because", Grade("because", 0.0)),
    ],
)
def test_grades(
    name: str,
    text: str,
    wanted: Grade,
    items: dict[str, Item],
    source: lmms_benchmark.OpenedTask,
) -> None:
    assert source.grade(items[name].sample, items[name].doc, text) == wanted


def test_an_unreadable_answer_is_never_drawn(
    items: dict[str, Item], source: lmms_benchmark.OpenedTask
) -> None:
    item = items["Art_Theory_2"]
    assert stand_in.theirs(source.task.inner, item.doc, "hard to tell") is None
    grades = {source.grade(item.sample, item.doc, "hard to tell") for _ in range(30)}
    assert grades == {Grade(None, 0.0)}


def test_any_of_several_answers_is_right_and_lmms_eval_takes_none(
    items: dict[str, Item], source: lmms_benchmark.OpenedTask
) -> None:
    item = items["Math_15"]
    assert item.sample.target == "24/7"
    assert item.sample.attributes["answer"] == "['24/7', '3.429']"
    for answer in ("24/7", "3.429"):
        assert stand_in.theirs(source.task.inner, item.doc, answer) == 0
        grade = source.grade(item.sample, item.doc, answer)
        assert grade is not None
        assert grade.score == 1


@given(text=st.text() | st.text(alphabet="AB().,:?!' \n0123456789eE-$"))
@example(text="9**9**9")
@example(text="{" * 5000)
@example(text="1e999 nan -inf 1_000 ½")
@example(text="\\frac{1}{2}" * 900)
@settings(deadline=None)
def test_every_text_has_a_grade_that_is_lmms_evals(
    text: str, request: pytest.FixtureRequest
) -> None:
    items, source = (request.getfixturevalue(name) for name in ("items", "source"))
    for name in ("Accounting_1", "History_8", "Chemistry_13", "Psychology_20", "Physics_21"):
        item = items[name]
        grade = source.grade(item.sample, item.doc, text)
        theirs = stand_in.theirs(source.task.inner, item.doc, text)
        assert grade is not None
        assert grade.score == (theirs or 0)
        assert grade.answer is not None or grade.score == 0


def test_an_endless_number_is_graded_at_once(
    items: dict[str, Item], source: lmms_benchmark.OpenedTask
) -> None:
    item = items["Chemistry_13"]
    started = time.process_time()
    for text in ("7" * 20_000 + ",", "1" + ",111" * 5000 + "x", "12.97 " + "0" * 20_000 + ","):
        assert source.grade(item.sample, item.doc, text) is not None
    assert time.process_time() - started < 2


def test_categories_come_from_subject_and_picture_types(items: dict[str, Item]) -> None:
    assert items["Accounting_1"].sample.category == "arithmetic/text_dense"
    assert items["Biology_4"].sample.category == "science/mixed", "two types of pictures"
    assert items["Art_Theory_2"].sample.category == "knowledge/artistic"
    assert items["Chemistry_13"].sample.answer_kind == "number"
    assert items["Psychology_20"].sample.answer_kind == "text"


def test_the_headline_is_over_samples_and_disciplines_stand_beside(
    items: dict[str, Item],
) -> None:
    right = {"Accounting_1": 1.0, "Math_15": 1.0, "Chemistry_13": 0.0, "Physics_21": 0.0}
    scored = [Scored(items[n].sample, items[n].doc, "", score) for n, score in right.items()]
    assert list(mmmu.metrics(scored).items()) == [
        ("accuracy", 0.5),
        ("accuracy in Business", 1.0),
        ("accuracy in Science", pytest.approx(1 / 3)),
    ]


def test_a_list_that_cannot_be_read_is_one_item() -> None:
    doc = {**stand_in.rows()[0], "img_type": "['Tables'", "options": "[x"}
    assert mmmu.fields(doc).image_type == "mixed"
    assert mmmu.fields(doc).options == ("[x",)
