"""HallusionBench: its rule on traps, its three accuracies by hand and by lmms-eval's own code."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.eleven.hallusionbench import FIXTURE
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import hallusionbench
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings

YES, NO = {"gt_answer": "1"}, {"gt_answer": "0"}
TASK: Any = None
"""The rule reads the text alone."""


def answer(text: str) -> str | None:
    grade = hallusionbench.grade(TASK, YES, text)
    assert grade.score == float(grade.answer == "yes")
    assert hallusionbench.grade(TASK, NO, text).score == float(grade.answer == "no")
    return grade.answer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes", "yes"),
        ("no.", "no"),
        ("**NO**", "no"),
        ("There is no grey dot.", "no"),
        ("Yes, there are no grey dots.", "yes"),
        ("No; yes would be wrong.", "no"),
        ("Is it yes? Let me see.\nAnswer: no", "no"),
        ("The answer is clear.\nYes", "yes"),
        ("My eyes say no.", "no"),
        ("答案是no", "no"),
        ("", None),
        ("Unknown, nothing known.", None),
        ("Yesterday's eyes.", None),
        ("It could be yes or no.", None),
        ("They are the same size.", None),
    ],
)
def test_what_is_read(text: str, said: str | None) -> None:
    assert answer(text) == said


@given(
    st.text() | st.lists(st.sampled_from(["yes", "no", "answer", ":", "{", "\n", " "])).map("".join)
)
def test_no_text_raises(text: str) -> None:
    assert answer(text) in ("yes", "no", None)


def test_long_texts_are_read_at_once() -> None:
    start = time.perf_counter()
    for text in ("yes no answer" + "\n" * 50_000, "answer " * 20_000 + "yes no", "{" * 50_000):
        answer(text)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("text", "row", "theirs", "ours"),
    [
        ("", NO, 1.0, 0.0),
        ("It is hard to tell.", NO, 1.0, 0.0),
        ("At first it seems yes. The answer is no.", NO, 0.0, 1.0),
        ("My eyes say no.", NO, 0.0, 1.0),
    ],
)
def test_expected_differences_from_the_rule_of_lmms_eval(
    text: str, row: dict[str, str], theirs: float, ours: float
) -> None:
    rule = lmms.module("hallusion_bench.evaluate_hb").hb_aggregation_result_intern
    assert rule([{"model_prediction": text, **row}], "aAcc") == theirs
    assert hallusionbench.grade(TASK, row, text).score == ours


def scored(*rows: tuple[str, str, str, str, float]) -> list[Scored]:
    sample = Sample(
        id="1", benchmark="b", question="q", prompt="q", target="yes", answer_kind="yes_no"
    )
    names = ("category", "set_id", "figure_id", "question_id")
    return [
        Scored(sample, {"subcategory": "map", **dict(zip(names, row, strict=False))}, "", row[-1])
        for row in rows
    ]


def test_accuracies_by_hand() -> None:
    rows = scored(
        ("VD", "0", "0", "0", 1.0),
        ("VD", "0", "0", "1", 1.0),
        ("VD", "0", "1", "0", 1.0),
        ("VD", "0", "1", "1", 0.0),
    )
    assert hallusionbench.metrics(rows) == {"aAcc": 0.75, "qAcc": 0.5, "fAcc": 0.5}


def test_what_has_no_figure_is_in_no_figure_accuracy() -> None:
    rows = scored(("VS", "0", "0", "0", 0.0), ("VS", "0", "1", "0", 1.0))
    assert hallusionbench.metrics(rows) == {"aAcc": 0.5, "qAcc": 0.0, "fAcc": 1.0}
    assert hallusionbench.metrics(rows[:1]) == {"aAcc": 0.0, "qAcc": 0.0}
    as_figures = scored(("VD", "0", "0", "0", 0.0), ("VD", "0", "1", "0", 1.0))
    assert hallusionbench.metrics(as_figures)["fAcc"] == 0.5


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["VD", "VS"]),
            *[st.sampled_from(["0", "1"])] * 3,
            st.sampled_from([0.0, 1.0]),
        ),
        min_size=1,
        unique_by=lambda row: row[:4],
    )
)
def test_accuracies_are_those_of_lmms_eval(rows: list[tuple[str, str, str, str, float]]) -> None:
    utils = lmms.module("hallusion_bench.utils")
    ours = scored(*rows)
    data = [{**s.doc, "visual_input": "1", "correct": s.score, "gpt": "1"} for s in ours]
    found = hallusionbench.metrics(ours)
    for name, stat in (
        ("aAcc", utils.get_eval_all(data, "gpt")),
        ("qAcc", utils.get_eval_pair_all(data, "gpt")),
        ("fAcc", utils.get_eval_fig(data) if "fAcc" in found else None),
    ):
        assert stat is None or found[name] == pytest.approx(stat["correct"] / stat["total"])


@pytest.fixture
def opened(tmp_path: Path) -> OpenedTask:
    benchmark = hallusionbench.PLUGIN
    assert isinstance(benchmark, LmmsBenchmark)
    settings = BenchmarkSettings(name="hallusionbench", path=FIXTURE.write(tmp_path))
    return benchmark.open(settings, tmp_path / "lock")


def test_samples(opened: OpenedTask) -> None:
    items = list(opened.items())
    assert items[0].sample.id == "hallusionbench/VD/illusion/0/0/0"
    assert {i.sample.group for i in items[:4]} == {"VD/illusion/0"}
    assert [i.sample.target for i in items[:4]] == ["yes", "no", "no", "yes"]
    assert len(set(opened.ids())) == len(items)
    assert items[0].sample.prompt == items[0].sample.question, "the task adds no words"


def test_the_grade_is_that_of_the_rule(opened: OpenedTask) -> None:
    grade: Callable[..., Any] = opened.grade
    for item in opened.items():
        assert grade(item.sample, item.doc, "").answer is None
