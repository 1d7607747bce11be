"""MMStar beyond what all benchmarks share: options out of the text, the mean over abilities."""

import pytest

from bench.eleven import mmstar as stand_in
from blindspot.core.records import Sample
from harness.benchmark import Scored
from harness.benchmarks.mmstar import fields, metrics


def test_options_are_split_out() -> None:
    found = fields(stand_in.rows()[0])
    assert (found.question, found.options) == ("What is shown?", ("one", "two", "three", "four"))
    assert (found.target, found.answer_kind) == ("A", "choice")


@pytest.mark.parametrize("question", ["Which is it?", "Which?\nOptions: A: x, B: y", "A or B?"])
def test_options_that_cannot_be_split_out_are_letters(question: str) -> None:
    found = fields({**stand_in.rows()[0], "question": question, "answer": " c"})
    assert (found.question, found.options) == (question, ("A", "B", "C", "D"))
    assert found.target == "C"


def test_the_headline_weighs_abilities_alike() -> None:
    sample = Sample(
        id="s", benchmark="mmstar", question="?", prompt="?", target="A", answer_kind="text"
    )
    scores = [("geometry", 1.0), ("recognition", 0.0), ("recognition", 0.0), ("recognition", 1.0)]
    scored = [Scored(sample, {"l2_category": finer}, "A", score) for finer, score in scores]
    assert metrics(scored) == {
        "average over abilities": pytest.approx(2 / 3),
        "accuracy": 0.5,
    }
