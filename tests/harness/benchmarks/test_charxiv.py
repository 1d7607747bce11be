"""CharXiv: the rule decides what CharXiv's own grading instructions leave no doubt about, the rest
is for the judge; the prompt has the instruction of the kind of answer.
"""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import eleven
from blindspot.core.grading import Grade
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import charxiv
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings

NO_TASK: Any = None


def graded(kind: int, target: str, text: str) -> Grade | None:
    return charxiv.grade(NO_TASK, {"reasoning_a": target, "reasoning_a_type": kind}, text)


def score(kind: int, target: str, text: str) -> float | None:
    grade = graded(kind, target, text)
    return grade.score if grade else None


@pytest.mark.parametrize(
    ("kind", "target", "text", "wanted"),
    [
        # CharXiv's own examples of right and wrong; the rule may abstain, never contradict.
        (1, "P56962", "The name of the curve is written as P55762.", None),
        (1, "(b)", "The letter of the subplot where all bars are above 35 is b.", 1),
        (2, "increasing then decreasing", "The red curve is increasing from t=10 to t=25.", None),
        (2, "[50, 100]", "The interval of the maximum is [50, 100].", 1),
        (3, "0.01", "The value of the red curve at t=10 is 0.012.", 0),
        (3, "1500", "The value of the blue curve at t=50 is 1.5e3.", 1),
        (1, "ACC+", "ACC", None),
        (1, "P-101", "P=101", None),
    ],
)
def test_the_benchmarks_own_examples(
    kind: int, target: str, text: str, wanted: float | None
) -> None:
    assert score(kind, target, text) == wanted


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("0.01", "10^-2"),
        ("0.01", "$10^{-2}$"),
        ("0.01", "10⁻²"),
        ("10^-2", "0.01"),
        ("1e+06", "1,000,000"),
        ("40,000", "4 × 10^4"),
        ("0.5", ".5"),
        ("-0.90", "−0.9"),
        ("3", "Three"),
        ("3", "approximately 3"),
        ("3", "**3**"),
        ("3", "1 + 2 = 3"),
        ("30, 40", "30, 40"),
        ("85.5%", "85.50 %"),
        ("6", "A has 3, B has 3.\nTherefore, the total is 6."),
    ],
)
def test_numbers_of_one_value_are_right_in_any_notation(target: str, text: str) -> None:
    assert score(3, target, text) == 1


@pytest.mark.parametrize("text", ["0.012", "0.1", "10^2", "-0.01", "two", "\\boxed{1}", "7%"])
def test_another_value_is_wrong(text: str) -> None:
    assert score(3, "0.01", text) == 0


@pytest.mark.parametrize("text", ["1%", "0.01%"])
def test_a_percent_sign_that_makes_the_difference_is_for_the_judge(text: str) -> None:
    assert score(3, "0.01", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "between 5 and 6",
        "5 groups",
        "- 5",
        "5 6",
        "5%",
        "0,5",
        "1/5",
        "9**9**9",
        "10^99999",
        "\\boxed{5",
        "\\boxed{5} or \\boxed{6}",
        "The answer is 5. Wait, it is 6.",
        "It might be that the number is 5",
        "A has 5.\nB has 6.",
        "I cannot tell.",
    ],
)
def test_what_is_not_one_clear_number_is_for_the_judge(text: str) -> None:
    assert score(4, "5", text) is None


@pytest.mark.parametrize(
    ("target", "text", "wanted"),
    [
        ("α", r"\alpha", 1),
        ("λ", "lambda", 1),
        ("$R^2_{t,h,v,m}$", "R^2_t,h,v,m", 1),
        ("K = 0.8", "K=0.8.", 1),
        ("theta", "the theta", 1),
        ("iCaRL*", "iCaRL*", 1),
        ("iCaRL*", "iCaRL", None),
        ("(c)", "C", 1),
        ("(c)", "(d)", 0),
        ("Yes", "No, they diverge.", 0),
        ("No", "No, they diverge.", 1),
        ("Joint-CNN", "42", 0),
        ("Joint-CNN", "Ours", None),
        ("Joint-CNN", "The accuracy of Joint-CNN is 0.5", None),
        ("Third", "3", None),
        ("8 hr", "8", None),
        ("Slice II", "2", None),
        ("No line is above the others", "0", None),
        ("A, B", "B, A", None),
    ],
)
def test_texts(target: str, text: str, wanted: float | None) -> None:
    assert score(2, target, text) == wanted


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("text", ["", "  \n", "\t"])
def test_an_empty_answer_is_wrong_and_not_judged(kind: int, text: str) -> None:
    assert graded(kind, "5", text) == Grade(None, 0.0)


PIECES = [
    *("\\boxed{", "\\text{", "{", "}", "(", ")", "**", "$", "answer: ", "The answer is ", " is "),
    *("9**9**9", "10^", "⁻²", "5", "e", "-", "%", ",", ".", "=", "\n", "λ", "no", "yes", "A", " "),
]


@given(
    st.sampled_from([1, 2, 3, 4]),
    st.sampled_from(["5", "0.01", "10^-2", "85.5%", "Yes", "(b)", "λ", "Joint-CNN", "30, 40"]),
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)),
)
def test_any_text_is_graded_or_left_to_the_judge(kind: int, target: str, text: str) -> None:
    grade = graded(kind, target, text)
    assert grade is None or (grade.score in (0, 1) and (grade.answer or not text.strip()))


@given(st.decimals(-10_000, 10_000, places=3), st.decimals(-10_000, 10_000, places=3))
def test_two_numbers_are_right_exactly_when_equal(a: Any, b: Any) -> None:
    assert score(4, str(a), f"The answer is {b}.") == float(a == b)
    assert score(4, str(a), f"{float(b):.6f}") == float(a == b)


@pytest.mark.parametrize("piece", ["\\boxed{", "{", "**", "answer: ", "is ", "=", "9", "⁰", "a,"])
def test_a_very_long_answer_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    assert graded(3, "5", piece * 20_000) is None
    assert time.perf_counter() - started < 2


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedTask:
    root = tmp_path_factory.mktemp("data")
    plugin = charxiv.PLUGIN
    assert isinstance(plugin, LmmsBenchmark)
    path = eleven.load("charxiv").write(root)
    return plugin.open(BenchmarkSettings(name="charxiv", path=path), root / "lock")


def test_the_prompt_asks_for_the_kind_of_answer(opened: OpenedTask) -> None:
    prompts = {i.doc["reasoning_a"]: i.sample.prompt for i in opened.items()}
    assert "grounded to some text" in prompts["λ"]
    assert "grounded to a number" in prompts["10^-2"]
    assert "must be a number with 2 decimal places" in prompts["0.75"]
    assert "must be an exact integer" in prompts["3"]
    plain = lmms.Task(
        "charxiv_val_reasoning", lmms.config_of("charxiv_val_reasoning"), opened.task.rows
    )
    theirs = next(plain.text(i.doc) for i in opened.items() if i.doc["reasoning_a"] == "λ")
    assert "grounded to a number" in theirs, "lmms-eval reads the kind from its own column now"


def test_the_data_is_left_as_it_is(opened: OpenedTask) -> None:
    row = next(i for i in opened.items() if i.doc["reasoning_a"] == "(c)")
    assert (row.doc["reasoning_q_source"], row.doc["reasoning_a_type"]) == (3, 1)
    assert (row.sample.id, row.sample.group) == ("charxiv/3", "images/3.jpg")


def test_capabilities_and_kinds_of_answer(opened: OpenedTask) -> None:
    found = {i.doc["reasoning_a"]: i.sample for i in opened.items()}
    assert {s.image_type for s in found.values()} == {"chart_graph"}
    assert found["Joint-CNN"].capability == "chart_reading"
    assert found["3"].capability == "counting"
    assert found["0.75"].capability == "arithmetic"
    assert (found["40,000"].answer_kind, found["10^-2"].answer_kind) == ("number", "text")


def test_metrics_count_samples_and_kinds() -> None:
    sample = Sample(
        id="charxiv/1",
        benchmark="charxiv",
        question="q",
        prompt="q",
        target="1",
        answer_kind="text",
    )
    answered = [(1, 1.0), (1, 0.0), (3, 1.0), (3, 1.0)]
    scored = [Scored(sample, {"reasoning_a_type": kind}, "1", s) for kind, s in answered]
    assert charxiv.metrics(scored) == {
        "accuracy": 0.75,
        "accuracy, text in chart": 0.5,
        "accuracy, number in chart": 1.0,
    }


def test_lmms_eval_asks_a_judge_for_every_answer(opened: OpenedTask) -> None:
    fixture = eleven.load("charxiv")
    item = next(opened.items())
    for text in fixture.completions(item.doc).values():
        assert fixture.theirs(opened.task.inner, item.doc, text) is None
