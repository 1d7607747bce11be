"""The text that asks a question: evaluation, rollouts and training send the same words."""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import letter
from blindspot.core.records import AnswerKind

CHOICE_INSTRUCTION: Final = "Answer with the letter of the right option."


def render(question: str, options: Sequence[str], kind: AnswerKind) -> str:
    """The prompt of a question: the bare question, or with lettered options for a choice.

    >>> print(render("What is it?", ["a cat", "a dog"], "choice"))
    What is it?
    A. a cat
    B. a dog
    Answer with the letter of the right option.
    """
    if kind != "choice":
        return question
    lines = [f"{letter(i)}. {option}" for i, option in enumerate(options)]
    return "\n".join([question, *lines, CHOICE_INSTRUCTION])
