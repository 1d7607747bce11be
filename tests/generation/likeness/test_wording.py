"""Questions that ask the same, and answers that are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.likeness.wording import Questions, alike, answer, same

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


WORDS = ("how", "many", "the", "red", "cars", "signs", "left", "Box", "box", "7", "?", "!")
ASKED = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@given(st.lists(ASKED, max_size=12), ASKED)
def test_those_alike_of_many_are_those_alike_one_by_one(many, question):
    questions = Questions()
    for each in many:
        questions.put(each)
    expected = [place for place, each in enumerate(many) if alike(question, each)]
    assert questions.alike(question).tolist() == expected


def test_questions_put_after_a_search_are_found():
    questions = Questions()
    questions.put("How many red cars are there?")
    assert questions.alike("Which dog barks?").tolist() == []
    questions.put("Which dog barks?")
    questions.put("What is the number of red cars?")
    assert questions.alike("Count the red cars").tolist() == [0, 2]


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
