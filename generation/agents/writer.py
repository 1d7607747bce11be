"""The writer: a picture and a cell in, a question with its key out.

    a market stall, counting  →  "How many crates are blue?", number, "3"

Its key is a proposal: blind solvers and the gates decide whether it is believed.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import AnswerKind, Record
from generation.agent import Agent
from generation.prompting import all_forms, quoted, shortened

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()
CAPTION: Final = 1000
"""Characters of a caption that are shown."""


class WriterRequest(Record):
    """A picture, and which kind of question is wanted about it."""

    picture: str
    """Name in the image store."""
    capability: str
    """The term."""
    capability_definition: str
    """What the taxonomy says of it."""
    image_type: str
    """The term."""
    brief: str
    """What the cell aims at: the weakness, its error stage, how hard it should be."""
    idea: str = ""
    """What the planner thought could be asked."""
    caption: str = ""
    """What its page says about the picture; quoted data, never instructions."""


class Writing(Record):
    """What the writer replies."""

    seen: str
    """Where in the picture the answer stands, in a sentence; first, so that it is looked for before
    it is asked for.
    """
    usable: bool
    """Whether the picture can serve; where not, the rest does not count."""
    question: str
    """As a person would ask it, without options."""
    answer_kind: AnswerKind
    """How the answer is read and compared."""
    options: tuple[str, ...]
    """Of a choice, in order; otherwise empty."""
    target: str
    """The key; of a choice its letter."""


class Writer:
    """The `writer`."""

    reply = Writing

    def prompt(self, request: WriterRequest) -> str:
        return PROMPT.format(
            capability=quoted(request.capability),
            capability_definition=quoted(request.capability_definition),
            image_type=quoted(request.image_type),
            brief=quoted(request.brief),
            idea=quoted(request.idea),
            caption=quoted(shortened(request.caption, CAPTION)),
            forms=all_forms(),
        )

    def images(self, request: WriterRequest) -> tuple[str, ...]:
        return (request.picture,)


PLUGIN: Final[Agent[WriterRequest, Writing]] = Writer()
