"""Questions that ask the same, and answers that are the same."""

import pytest

from generation.likeness.wording import alike, answer, same

ALIKE = [
    ("How many red cars are there?", "What is the number of red cars?"),
    ("How many red cars are there?", "how many RED cars are there"),
    ("What is the value of the tallest bar?", "Please tell the value of the tallest bar shown."),
    ("What is this?", "What is this ?"),
]
UNLIKE = [
    ("How many red cars are there?", "What color is the sign?"),
    ("What is this?", "Who is that?"),
    ("Which animal sleeps?", "Which month has the highest rainfall?"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_unlike(one, other):
    assert not alike(one, other)


def test_case_articles_and_spaces_do_not_make_another_text():
    assert same("Is  there a dog?", "is there dog")
    assert not same("Is there a dog?", "Is there a cat?")


def test_the_answer_to_a_choice_is_the_options_text():
    assert answer("B", ("red", "Blue")) == answer("a", ("blue", "red")) == "blue"
    assert answer("Blue", ("red", "Blue")) == "blue"
    assert answer("E", ("red", "blue")) == "e"
    assert answer("A", ()) == "a"
    assert answer("7", ("red", "blue")) == "7"
    assert answer("", ()) == ""
