"""The solver: a question in, an answer out. It never sees the key, the writer's reasons or the
picture's page.

    "How many crates are blue?", number  →  "3"
    "How many crates are there?"         →  None: no answer, or several

Whether an answer is right is for the gate to decide; nothing is graded here.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import AnswerKind, Record
from generation.agent import Agent
from generation.prompting import FORMS, lettered, quoted

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()


class SolverRequest(Record):
    """A question as a model in training would meet it."""

    pictures: tuple[str, ...]
    """Names in the image store; empty to see whether it can be answered without any."""
    question: str
    """As a person reads it."""
    options: tuple[str, ...] = ()
    """Of a choice."""
    answer_kind: AnswerKind
    """In which form the answer is wanted."""


class Solution(Record):
    """What the solver replies."""

    working: str = ""
    """What leads to the answer: a model held to a JSON Schema can think only in a field, and before
    the answer. Nobody reads it; a model that reasons elsewhere may leave it out.
    """
    answer: str | None
    """Of a choice the letter; None where the question has no answer or more than one."""


class Solver:
    """The `solver`."""

    reply = Solution

    def prompt(self, request: SolverRequest) -> str:
        return PROMPT.format(
            question=quoted(request.question),
            options=lettered(request.options),
            answer_kind=request.answer_kind,
            form=FORMS[request.answer_kind],
        )

    def images(self, request: SolverRequest) -> tuple[str, ...]:
        return request.pictures


PLUGIN: Final[Agent[SolverRequest, Solution]] = Solver()
