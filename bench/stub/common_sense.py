"""Questions that nobody needs a picture for, and their answers: what a stub model knows.

    "What is 17 plus 25?"                            42
    "How many legs do 3 spiders have altogether?"    24
    "Is 17 more than 25?"                            no
    "What color is a ripe tomato?"                   red

A planted question is answerable blind exactly if it has one of these forms.
"""

import re
from collections.abc import Callable
from typing import Final

from blindspot.core.records import AnswerKind

_LEGS: Final = {"dogs": 4, "spiders": 8, "birds": 2, "beetles": 6, "horses": 4, "crabs": 10}
_COLORS: Final = {"tomato": "red", "banana": "yellow", "cucumber": "green", "aubergine": "purple"}

_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"what is (\d+) plus (\d+)\?"), lambda m: str(int(m[1]) + int(m[2]))),
    (
        re.compile(rf"how many legs do (\d+) ({'|'.join(_LEGS)}) have altogether\?"),
        lambda m: str(int(m[1]) * _LEGS[m[2]]),
    ),
    (
        re.compile(r"is (\d+) more than (\d+)\?"),
        lambda m: "yes" if int(m[1]) > int(m[2]) else "no",
    ),
    (re.compile(rf"what color is a ripe ({'|'.join(_COLORS)})\?"), lambda m: _COLORS[m[1]]),
)


def common_sense(text: str) -> str | None:
    """The answer to the first question in a text that has one of the forms; None without one."""
    plain = text.casefold()
    for form, answer in _FORMS:
        if found := form.search(plain):
            return answer(found)
    return None


def blind_question(number: int) -> tuple[str, AnswerKind]:
    """A question of one of the forms that all numbers up to 10,000 tell apart, and its kind."""
    a, b = 2 + number % 97, 2 + number // 97
    animal = list(_LEGS)[number % len(_LEGS)]
    questions: tuple[tuple[str, AnswerKind], ...] = (
        (f"What is {a} plus {b}?", "number"),
        (f"How many legs do {2 + number} {animal} have altogether?", "number"),
        (f"Is {a} more than {b}?", "yes_no"),
    )
    return questions[number % len(questions)]
