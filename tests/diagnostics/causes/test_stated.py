"""What an answer says, whoever scored it."""

import pytest

from diagnostics.causes.stated import (
    answer_of,
    core_grade,
    first_sentence,
    in_words,
    is_worked_out,
    said_of,
    sentence_with,
    target_in,
)


@pytest.mark.parametrize(
    ("own", "text", "answer"),
    [
        ("12", "unread", "12"),
        ("There are 12 bars.", "unread", "12"),
        (None, "The answer is 12.", "12"),
        (None, "nothing", None),
    ],
)
def test_the_benchmarks_reading_comes_first(make, own, text: str, answer: str | None):
    said = make.answered(make.sample(0), 0.0, answer=own, completion={"text": text})
    assert answer_of(make.sample(0), said) == answer


def test_a_choice_in_words(make):
    sample = make.sample(0, answer_kind="choice", target="B", options=("red", "blue"))
    assert [in_words(sample, x) for x in ("a", "B", "F")] == ["red", "blue", "F"]
    assert core_grade(sample, "The answer is (B).").score == 1


def test_of_a_box_the_end_is_read(make):
    sample = make.sample(0, answer_kind="box", target="1, 2, 30, 40")
    assert core_grade(sample, "9" * 100_000 + "; 1, 2, 30, 40").score == 1


@pytest.mark.parametrize(
    ("target", "text", "found"),
    [
        ("cat", "a Cat.", "Cat"),
        ("cat", "concatenate", None),
        ("cat", "scatter, cat", "cat"),
        ("猫", "图中有猫吗", "猫"),
        ("5", "15 or 5", "5"),
        (" ", "a b", None),
    ],
)
def test_target_in(make, target: str, text: str, found: str | None):
    assert target_in(make.sample(0, target=target), text) == found


@pytest.mark.parametrize(
    ("text", "worked"),
    [
        ("3 + 2 = 5", True),
        (r"3 \times 2 = 6", True),
        ("3 plus 2 equals 5", True),
        ("x = 5", False),
        ("1990-1995", False),
    ],
)
def test_is_worked_out(text: str, worked: bool):
    assert is_worked_out(text) == worked


def test_spans():
    assert said_of("So the answer is **blue**.") == "blue"
    assert first_sentence("\n Yes, a dog. It sleeps.") == "Yes, a dog"
    assert first_sentence("") is None
    assert sentence_with("First.\nIt is blue.\n", "blue") == "It is blue."
    assert sentence_with("First.", "blue") is None
