"""What is asked and what came of it, by place: samples first, repeats within."""

from typing import Any

import pytest

from blindspot.core.grading import Grade
from blindspot.core.records import Completion, Failure, Sample
from harness.answers import Answers, Asked, Questions
from harness.settings import EvaluationSettings
from harness.suite import Loaded

SAMPLES = [
    Sample(id=str(i), benchmark="b", question="q", prompt=f"q{i}", target="t", answer_kind="text")
    for i in range(3)
]
BROKEN = Failure(kind="image", message="no picture", retryable=False)


class Opened:
    """`yes` is right where the native row says so, `?` is undecided."""

    grader = "g"

    def grade(self, sample: Sample, doc: Any, text: str) -> Grade | None:
        return None if text == "?" else Grade(text, float(text == doc.get("right", "yes")))


def loaded(**more: Any) -> Loaded:
    return Loaded(samples=SAMPLES, opened={"b": Opened()}, **more)  # type: ignore[dict-item]


def test_questions_leave_out_samples_whose_pictures_cannot_be_had() -> None:
    questions = Questions(loaded(broken={"1": BROKEN}), EvaluationSettings(repeats=2))
    assert list(questions.places) == [0, 1, 4, 5]
    assert [(q.prompt, q.repeat) for q in questions] == [("q0", 0), ("q0", 1), ("q2", 0), ("q2", 1)]
    assert questions[1:3] == [questions[1], questions[2]]
    assert len(Questions(loaded(), EvaluationSettings(repeats=2))) == 6


def test_answers_stand_in_the_order_of_their_places_whenever_they_come() -> None:
    answers = Answers(loaded(docs={"2": {"right": "no"}}, broken={"1": BROKEN}), 2)
    slow = Failure(kind="timeout", message="slow", retryable=True)
    came = {5: Completion(text="no"), 0: slow, 4: Completion(text="?"), 1: Completion(text="yes")}
    for place, outcome in came.items():
        answers.take(place, outcome)
    assert list(answers) == [
        Asked(SAMPLES[0], 0, slow, None),
        Asked(SAMPLES[0], 1, came[1], Grade("yes", 1.0)),
        Asked(SAMPLES[1], 0, BROKEN, None),
        Asked(SAMPLES[1], 1, BROKEN, None),
        Asked(SAMPLES[2], 0, came[4], None),
        Asked(SAMPLES[2], 1, came[5], Grade("no", 1.0)),
    ]
    assert answers.undecided == [4]
    assert answers[1:3] == [answers[1], answers[2]]


def test_what_nobody_told_is_no_answer() -> None:
    answers = Answers(loaded(), 1)
    answers.take(2, Completion(text="yes"))
    with pytest.raises(ValueError, match="place 0"):
        list(answers)
