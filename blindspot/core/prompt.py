"""The text that asks a question: evaluation, rollouts and training send the same words."""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import letter
from blindspot.core.records import AnswerKind

IMAGE: Final = "<image>"
"""Where a picture stands in a prompt that has as many of these as pictures."""

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


def parts(prompt: str, images: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """The turn as (image, text) pairs in the order they are sent, one of the two None. Pictures
    stand at their `<image>` marks where there is one for each, and otherwise before the text.

    >>> parts("In <image> and <image>?", ["a.png", "b.png"])
    [(None, 'In'), ('a.png', None), (None, 'and'), ('b.png', None), (None, '?')]
    >>> parts("What?", ["a.png"])
    [('a.png', None), (None, 'What?')]
    """
    if not images or prompt.count(IMAGE) != len(images):
        return [*((name, None) for name in images), (None, prompt)]
    texts = [text.strip() for text in prompt.split(IMAGE)]
    turn: list[tuple[str | None, str | None]] = [(None, texts[0])]
    for name, text in zip(images, texts[1:], strict=True):
        turn += [(name, None), (None, text)]
    return [part for part in turn if part != (None, "")]
