"""One final answer or none: what is read, and what is left to a judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.final_answer import agreed, clean, number, option

OPTIONS = ("120°", "140°", "\\frac{1}{2}", "Yes")

LETTERS = {
    "B": 1,
    "(b).": 1,
    "\\boxed{B}": 1,
    "\\boxed{\\text{B}}": 1,
    "$\\boxed{140^{\\circ}}$": 1,
    "\\boxed{\\frac{1}{2}}": 2,
    "yes.": 3,
    "B. The angle is twice as large.": 1,
    "The answer is B. This follows from the figure.": 1,
    "B. 140°": 1,
    "B (140°)": 1,
    "**Answer:** B": 1,
    "Final answer:\n\n**B**": 1,
    "The correct option is (B) because the angles are equal.": 1,
    "So x = 4. The answer is (B) 140°. I hope this helps!": 1,
    "First \\boxed{B}. Indeed, the answer is 140°.": 1,
    "所以答案是：B。": 1,
}
LEFT = [
    "",
    "A or B",
    "It may be A or B.",
    "The answer is A or B.",
    "The answer is not A.",
    "The answer is A. Then again, the answer is B.",
    "The answer is B. Wait, it is A.",
    "The answer is B.\n\nTherefore x is 120°.",
    "The answer is B.\n\nQuestion: what is 2 + 2?",
    "\\boxed{A} and \\boxed{B}",
    "(A) 140°",
    "E",
    "The answer is a triangle.",
    "\\boxed{B",
    "I think that (B) holds",
    "(A) or (B), both fit",
    "B, C and D are all right",
    "B. Yes",
    "B. Yes. It is so because we see it",
    "B. The angle is larger, but A is right",
]

NUMBERS = {
    "4": "4",
    "-4.50": "-4.50",
    "1,250 apples": "1250",
    "x = 4": "4",
    "about 3.5 cm^2": "3.5",
    "45^\\circ": "45",
    "The answer is $12$ units.": "12",
    "\\boxed{-3}": "-3",
    "The answer is 2 million": None,
    "5%": None,
    "4 or 5": None,
    "10 - 3": None,
    "1/2": None,
    "2 \\times 10^3": None,
    "12,34": None,
    "9" * 16: None,
    "There are 4": None,
}


@pytest.mark.parametrize("text", LETTERS)
def test_options_are_read(text: str) -> None:
    found = agreed(text, lambda said: option(said, OPTIONS))
    assert found
    assert found[1] == LETTERS[text]


@pytest.mark.parametrize("text", LEFT)
def test_what_must_be_understood_is_left(text: str) -> None:
    assert agreed(text, lambda said: option(said, OPTIONS)) is None


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_read_alone_or_with_a_unit(text: str) -> None:
    found = agreed(text, number)
    assert (found[1] if found else None) == NUMBERS[text]


def test_a_letter_that_is_another_options_text_names_neither() -> None:
    assert option("A", ("B", "A")) is None
    assert option("A", ("A", "B")) == 0


def test_equal_options_are_one_and_alike_ones_are_none() -> None:
    assert option("18", ("9", "18", "18")) == 1
    assert option("10°", ("10", "10°")) is None


def test_a_power_is_not_a_longer_number() -> None:
    assert option("10²", ("102", "12")) is None


def test_marks_around_an_answer_go() -> None:
    assert clean("**$\\boxed{\\text{3 cm}}$**.") == "3 cm"


@given(
    st.text(alphabet=st.sampled_from("AB()\\boxed{}answer is:.\n$*√^ 19,-=的答案"), max_size=300)
)
def test_any_text_is_read_or_left(text: str) -> None:
    named = agreed(text, lambda said: option(said, OPTIONS))
    assert named is None or named[1] in range(len(OPTIONS))
    read = agreed(text, number)
    assert read is None or float(read[1]) is not None


@pytest.mark.parametrize(
    "piece",
    ["answer", "answer is ", "answer to ", "\\boxed{", "{", "(", "$", "\\", " ", "a ", "9,"],
)
def test_long_texts_take_no_long_time(piece: str) -> None:
    assert agreed(piece * 100_000, lambda said: option(said, OPTIONS)) is None
