"""Rounds of plain values."""

from collections.abc import Callable, Sequence

import pytest

from training.history import Answered, RoundHistory


@pytest.fixture
def answered() -> Callable[..., Answered]:
    """One answered sample, each with its own picture."""

    def make(id: str, said: str | Sequence[str], target: str = "1", **changed) -> Answered:
        answers = (said,) if isinstance(said, str) else tuple(said)
        values = {
            "id": id, "benchmark": "pope", "kind": "number", "target": target, "cluster": id,
            "grader": "core", "answers": answers, "score": answers.count(target) / len(answers),
        }  # fmt: skip
        return Answered(**values | changed)

    return make


@pytest.fixture
def rounds(answered: Callable[..., Answered]) -> Callable[..., list[RoundHistory]]:
    """Rounds from the answers to the same samples, each of the target that is given."""

    def make(*said: Sequence, targets: Sequence[str], half: str = "diagnosis", **changed):
        found = []
        for number, answers in enumerate(said):
            rows = tuple(
                answered(f"{i:04}", a, t, **changed)
                for i, (a, t) in enumerate(zip(answers, targets, strict=True))
            )
            held_out = half == "held_out"
            found.append(
                RoundHistory(number, held_out=rows)
                if held_out
                else RoundHistory(number, diagnosis=rows)
            )
        return found

    return make
