"""The planner: a cell in, topics to look for and questions to ask out.

    counting on photo, "aims at …", 2  →  "a market stall with fruit", "how many crates are blue"; …

It sees no picture and finds none. That topics differ, and are as many as were wanted, is for
whoever asks to see to.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import Record
from generation.agent import Agent
from generation.prompting import all_forms, quoted, shortened

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()
EXAMPLE: Final = 600
"""Characters of an example that are shown."""


class PlannerRequest(Record):
    """What a cell is, for a planner that sees no picture."""

    capability: str
    """The term."""
    capability_definition: str
    """What the taxonomy says of it."""
    image_type: str
    """The term."""
    image_type_definition: str
    """What the taxonomy says of it."""
    brief: str
    """What the cell aims at: the weakness, its error stage, how hard it should be."""
    examples: tuple[str, ...] = ()
    """Questions of the diagnosis half that the model fails, for their kind, not to be repeated."""
    count: int
    """Topics wanted."""


class Topic(Record):
    """One thing to look for, and what could be asked about it."""

    subject: str
    """What the picture should show."""
    idea: str
    """Which question its picture could serve."""


class Topics(Record):
    """What the planner replies."""

    topics: tuple[Topic, ...]
    """As many as were wanted, all different."""


class Planner:
    """The `planner`."""

    reply = Topics

    def prompt(self, request: PlannerRequest) -> str:
        return PROMPT.format(
            count=request.count,
            capability=quoted(request.capability),
            capability_definition=quoted(request.capability_definition),
            image_type=quoted(request.image_type),
            image_type_definition=quoted(request.image_type_definition),
            brief=quoted(request.brief),
            examples=quoted([shortened(each, EXAMPLE) for each in request.examples]),
            forms=all_forms(),
        )

    def images(self, request: PlannerRequest) -> tuple[str, ...]:
        return ()


PLUGIN: Final[Agent[PlannerRequest, Topics]] = Planner()
