"""What the bar says while answers arrive."""

from blindspot.core.grading import Grade
from blindspot.core.records import Completion, Failure, Sample
from harness.answers import Answers
from harness.running import Running
from harness.suite import Loaded

SAMPLES = [
    Sample(id=str(i), benchmark="b", question="q", prompt="q", target="t", answer_kind="text")
    for i in range(4)
]


class Opened:
    """`yes` is right, `?` is undecided."""

    grader = "g"
    graded = 0

    def grade(self, sample, doc, text):
        self.graded += 1
        return None if text == "?" else Grade(text, float(text == "yes"))


def answers(opened: Opened, samples: list[Sample]) -> Answers:
    loaded = Loaded(samples=samples, opened={"b": opened})  # type: ignore[dict-item]
    return Answers(loaded, 1)


def test_accuracy_with_interval_and_failures_by_kind() -> None:
    opened, notes = Opened(), []
    running = Running(
        answers(opened, SAMPLES), range(4), lambda count=1, note="": notes.append((count, note))
    )
    running([(0, Completion(text="yes")), (1, Completion(text="no"))])
    running([(2, Failure(kind="timeout", message="", retryable=True)), (3, Completion(text="?"))])
    assert notes == [(2, "50.0 % [9.5, 90.5]"), (2, "50.0 % [9.5, 90.5] · undecided 1 · timeout 1")]
    assert opened.graded == 3


def test_nothing_yet() -> None:
    assert Running(answers(Opened(), []), [], lambda count=1, note="": None).note() == ""
