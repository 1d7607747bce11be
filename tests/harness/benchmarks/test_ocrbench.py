"""OCRBench: containing one of the answers, the final score that lmms-eval's own aggregation gives,
categories.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import eleven
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import ocrbench
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings

SIZES = (50, 50, 50, 50, 50, 50, 200, 200, 200, 100)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedTask:
    root = tmp_path_factory.mktemp("data")
    plugin = ocrbench.PLUGIN
    assert isinstance(plugin, LmmsBenchmark)
    path = eleven.load("ocrbench").write(root)
    return plugin.open(BenchmarkSettings(name="ocrbench", path=path), root / "lock")


def row(*answers: str, dataset: str = "svt", category: str = "Regular Text Recognition") -> Any:
    return {"dataset": dataset, "question_type": category, "question": "?", "answer": [*answers]}


@pytest.mark.parametrize(
    ("answers", "text", "wanted"),
    [
        (("CENTRE",), "centre", 1),
        (("CENTRE",), "The word is CENTRE.", 1),
        (("CENTRE",), "\\boxed{CENTRE}", 1),
        (("CENTRE",), "CENT RE", 0),
        (("Air france", "Airfrance"), "airfrance", 1),
        (("MR. D.I.Y.\nSDN BHD",), "MR. D.I.Y. SDN BHD", 1),
        (("506",), "５０６", 1),
        # Known weaknesses: lmms-eval has them.
        (("5",), "15", 1),
        (("$506 million",), "506 million", 0),
    ],
)
def test_containing_an_answer_is_right(
    opened: OpenedTask, answers: tuple[str, ...], text: str, wanted: float
) -> None:
    assert ocrbench.grade(opened.task, row(*answers), text).score == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("y_{2}=-A", 1), ("$$y _ { 2 }\n= - A$$", 1), ("y_{2}=-a", 0), ("y_2=-A", 0)],
)
def test_formulas_regard_capitals_and_no_spaces(
    opened: OpenedTask, text: str, wanted: float
) -> None:
    formula = row("y _ { 2 } = - A\n", dataset="HME100k")
    assert ocrbench.grade(opened.task, formula, text).score == wanted


@given(text=st.one_of(st.text(), st.text(alphabet="{}\\ ５0CENTRE\n")))
def test_any_text_is_graded(opened: OpenedTask, text: str) -> None:
    for doc in (row("CENTRE"), row("5", "x ^ { 2 }"), row("x ^ { 2 }", dataset="HME100k")):
        grade = ocrbench.grade(opened.task, doc, text)
        assert grade.score in (0, 1)
        assert (grade.answer is None) == (not text.strip())


@pytest.mark.parametrize("text", ["9" * 100_000, "{" * 100_000, "\\frac" * 20_000, "9**9**9"])
def test_long_texts_are_graded(opened: OpenedTask, text: str) -> None:
    assert ocrbench.grade(opened.task, row("CENTRE"), text).score == 0


def scored(category: str, score: float) -> Scored:
    sample = Sample(
        id="ocrbench/1",
        benchmark="ocrbench",
        question="q",
        prompt="q",
        target="1",
        answer_kind="text",
    )
    return Scored(sample, row("1", category=category), "1", score)


def test_the_headline_on_the_whole_is_lmms_evals_final_score(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    utils = lmms.module("ocrbench.utils")
    monkeypatch.setattr(utils, "OCRBench_score", dict.fromkeys(utils.OCRBench_score, 0))
    monkeypatch.setattr(
        utils, "generate_submission_file", lambda *_, **__: tmp_path / "results.txt"
    )
    whole = [
        scored(category, float(i % (2 + n) == 0))
        for n, (category, size) in enumerate(zip(utils.OCRBench_score, SIZES, strict=True))
        for i in range(size)
    ]
    theirs = utils.ocrbench_aggregate_accuracy(
        [{"question_type": s.doc["question_type"], "score": s.score} for s in whole], None
    )
    ours = ocrbench.metrics(whole)
    assert len(whole) == ocrbench.PLUGIN.facts.size
    assert next(iter(ours)) == "accuracy"
    assert ours["accuracy"] == pytest.approx(theirs)
    assert ours["accuracy, Regular Text Recognition"] == 0.5
    assert len(ours) == 12


def test_metrics_of_some_categories() -> None:
    some = [
        scored("Regular Text Recognition", 1),
        scored("Digit String Recognition", 0),
        scored("Doc-oriented VQA", 1),
        scored("Doc-oriented VQA", 1),
    ]
    assert ocrbench.metrics(some) == {
        "accuracy": 0.75,
        "accuracy, text recognition": 0.5,
        "accuracy, Regular Text Recognition": 1,
        "accuracy, Digit String Recognition": 0,
        "accuracy, Doc-oriented VQA": 1,
    }


def test_categories_are_those_of_lmms_eval() -> None:
    assert list(ocrbench._CATEGORIES) == list(lmms.module("ocrbench.utils").OCRBench_score)


def test_rows_and_their_categories(opened: OpenedTask) -> None:
    samples = [item.sample for item in opened.items()]
    assert len({s.id for s in samples}) == len(samples)
    assert samples[3].id == f"{samples[2].id}#2"
    found = {s.attributes["dataset"]: (s.capability, s.image_type) for s in samples}
    assert found["textVQA"] == ("ocr", "natural_scene")
    assert found["ocrVQA"] == ("document_reading", "text_dense")
    assert found["ChartQA"] == ("chart_reading", "chart_graph")
    assert found["HME100k"] == ("ocr", "math_formula")
    assert next(s for s in samples if s.attributes["dataset"] == "textVQA").target == "Airfrance"
