"""The validator: a question in, its category and its faults out. It never sees the key, and its
word alone admits nothing.

    "How many crates are blue?"  →  counting, photo, single answer, needs the picture, harmless

That a term is one of those offered is for whoever asks to see to.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import AnswerKind, Record
from generation.agent import Agent
from generation.prompting import FORMS, lettered, quoted

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()


class ValidatorRequest(Record):
    """A question, and the terms it may belong to."""

    pictures: tuple[str, ...]
    """Names in the image store."""
    question: str
    """As a person reads it."""
    options: tuple[str, ...] = ()
    """Of a choice."""
    answer_kind: AnswerKind
    """In which form the answer is wanted."""
    capabilities: dict[str, str]
    """Definitions by term."""
    image_types: dict[str, str]
    """Definitions by term."""


class Validation(Record):
    """What the validator replies."""

    why: str
    """In a sentence; first, so that it is thought before it is said."""
    capability: str
    """The term that the question asks for above all."""
    image_type: str
    """The term that the picture is."""
    single_answer: bool
    """Whether exactly one answer is right."""
    needs_picture: bool
    """Whether the picture must be seen to answer."""
    harmful: bool
    """Whether nobody should be trained on it: private people named, violence, sex, hate."""


class Validator:
    """The `validator`."""

    reply = Validation

    def prompt(self, request: ValidatorRequest) -> str:
        return PROMPT.format(
            question=quoted(request.question),
            options=lettered(request.options),
            answer_kind=request.answer_kind,
            form=FORMS[request.answer_kind],
            capabilities=quoted(request.capabilities),
            image_types=quoted(request.image_types),
        )

    def images(self, request: ValidatorRequest) -> tuple[str, ...]:
        return request.pictures


PLUGIN: Final[Agent[ValidatorRequest, Validation]] = Validator()
