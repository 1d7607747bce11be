"""What the bar says while answers arrive."""

from blindspot.core.grading import Grade
from blindspot.core.records import Completion, Failure, Sample
from harness.running import Running
from harness.scoring import Rules
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


def test_accuracy_with_interval_and_failures_by_kind() -> None:
    opened, notes = Opened(), []
    rules = Rules(Loaded(docs={s.id: {} for s in SAMPLES}, opened={"b": opened}))  # type: ignore[dict-item]
    running = Running(
        [(s, 0) for s in SAMPLES], rules, lambda count=1, note="": notes.append((count, note))
    )
    running([(0, Completion(text="yes")), (1, Completion(text="no"))])
    running([(2, Failure(kind="timeout", message="", retryable=True)), (3, Completion(text="?"))])
    assert notes == [(2, "50.0 % [9.5, 90.5]"), (2, "50.0 % [9.5, 90.5] · undecided 1 · timeout 1")]
    rules.see(SAMPLES[0], 0, Completion(text="yes"))
    assert opened.graded == 3


def test_nothing_yet() -> None:
    assert Running([], Rules(Loaded()), lambda count=1, note="": None).note() == ""
