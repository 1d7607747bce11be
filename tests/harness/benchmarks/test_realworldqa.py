"""RealWorldQA beyond what all benchmarks share: options out of the text, other answers."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.eleven import realworldqa as stand_in
from blindspot.core.grading import Grade
from harness import lmms_benchmark
from harness.benchmark import Item, Scored, benchmarks
from harness.benchmarks.realworldqa import fields
from harness.settings import BenchmarkSettings


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> lmms_benchmark.OpenedTask:
    root = tmp_path_factory.mktemp("realworldqa")
    benchmark = benchmarks.load("realworldqa")
    assert isinstance(benchmark, lmms_benchmark.LmmsBenchmark)
    return benchmark.open(
        BenchmarkSettings(name="realworldqa", path=stand_in.FIXTURE.write(root)), root / "lock"
    )


@pytest.fixture(scope="module")
def items(source: lmms_benchmark.OpenedTask) -> list[Item]:
    return list(source.items(set(source.ids())))


def test_options_are_split_out_and_the_instruction_is_left_to_the_prompt(
    items: list[Item],
) -> None:
    sample = items[0].sample
    assert sample.id == "realworldqa/0"
    assert sample.question == "Where does the front wheel point?"
    assert sample.options == ("Left", "Straight", "Right")
    assert sample.prompt.endswith("with only the letter of the correct option and nothing else.")
    assert items[3].sample.options == ("1st", "2nd", "3rd", "None")


def test_options_that_cannot_be_split_out_are_letters(items: list[Item]) -> None:
    sample = items[4].sample
    assert sample.question == "Is the light ahead green or red? A is green, B is red."
    assert (sample.options, sample.target) == (("A", "B", "C", "D"), "B")


def test_a_target_beyond_the_options_leaves_them_whole() -> None:
    row = {"question": "Which?\nA. x\nB. y", "answer": "D", "image_path": "1.webp"}
    assert fields(row).options == ("A", "B", "C", "D")
    assert fields(row).question == row["question"]


def test_answers_without_options_have_their_kind(items: list[Item]) -> None:
    kinds = [(i.sample.answer_kind, i.sample.target, i.sample.options) for i in items[5:]]
    assert kinds == [("number", "3", ()), ("yes_no", "No", ()), ("text", "Downhill", ())]


@pytest.mark.parametrize(
    ("row", "text", "wanted"),
    [
        (0, "C. Right", Grade("C", 1.0)),
        (0, "The answer is (B).", Grade("B", 0.0)),
        (0, "Right", Grade(None, 0.0)),
        (2, "A", Grade("A", 1.0)),
        (5, " 3. ", Grade("3", 1.0)),
        (5, "3 cars", Grade("3 cars", 0.0)),
        (5, "three", Grade("three", 0.0)),
        (6, "NO", Grade("NO", 1.0)),
        (6, "", Grade(None, 0.0)),
        (7, "downhill", Grade("downhill", 1.0)),
    ],
)
def test_grades(
    row: int, text: str, wanted: Grade, items: list[Item], source: lmms_benchmark.OpenedTask
) -> None:
    assert source.grade(items[row].sample, items[row].doc, text) == wanted


@given(text=st.text() | st.text(alphabet="ABCDE().,:;?!'\" \n3"))
@example(text="9**9**9")
@example(text="(" * 5_000)
@settings(deadline=None)
def test_every_text_has_a_grade(text: str, request: pytest.FixtureRequest) -> None:
    items, source = (request.getfixturevalue(name) for name in ("items", "source"))
    for item in items:
        grade = source.grade(item.sample, item.doc, text)
        assert grade is not None
        assert grade.score == stand_in.theirs(source.task.inner, item.doc, text)
        assert grade.answer is not None or grade.score == 0


def test_the_headline_is_accuracy(items: list[Item], source: lmms_benchmark.OpenedTask) -> None:
    scored = [Scored(i.sample, i.doc, "", float(n % 4 == 0)) for n, i in enumerate(items)]
    assert source.metrics(scored) == {"accuracy": 0.25}
