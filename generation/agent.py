"""Agents: fixed roles, each a typed request in and a typed reply out; the contract of the files
under `agents/`.

    writer   WriterRequest(cell, picture)  →  Writing(question, options, target, …)
    solver   SolverRequest(question, …)    →  Solution(answer)          never sees the key

A role's words stand in the `.txt` beside its file. Whom it asks is configured for each role by
itself; `generation.staff` asks. No role calls another, and none decides what happens next.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from pydantic import Field

from blindspot.core.config import Settings
from blindspot.core.model import Model, ModelSettings, Request
from blindspot.core.records import Outcome, Record
from blindspot.core.registry import Registry

Asked_contra = TypeVar("Asked_contra", bound=Record, contravariant=True)
Reply_co = TypeVar("Reply_co", bound=Record, covariant=True)


class AgentSettings(Settings):
    """One role: whom it asks, and how."""

    model: ModelSettings
    """Who is asked."""
    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    max_tokens: int = Field(default=1024, ge=1)
    """Tokens of a reply, reasoning included; a reply that is cut off is a failure."""


class AgentsSettings(Settings):
    """`[generation.agents]`: the roles that are filled. A source or gate whose role is not filled
    says so before anything is spent.
    """

    planner: AgentSettings | None = None
    """Turns a cell into topics to look for and questions to ask."""
    image_seeker: AgentSettings | None = None
    """Turns a topic into search queries, and chooses from what was found."""
    image_editor: AgentSettings | None = None
    """Chooses an edit that makes a picture serve a cell better."""
    writer: AgentSettings | None = None
    """Writes the question, the options and the key; best of another model family than the solvers,
    whose errors would agree with its own.
    """
    solvers: tuple[AgentSettings, ...] = ()
    """Answer without seeing the key; two of different families catch most wrong keys."""
    validator: AgentSettings | None = None
    """Says which category a question belongs to and whether it has one answer; no key."""


class Agent(Protocol[Asked_contra, Reply_co]):
    """Contract of a file under `agents/`: `PLUGIN: Final[Agent[…, …]]`."""

    @property
    def reply(self) -> type[Reply_co]:
        """What it must reply; every field is required."""
        ...

    def prompt(self, request: Asked_contra) -> str:
        """The text of the turn. What came from the web or out of a picture is quoted as data."""
        ...

    def images(self, request: Asked_contra) -> tuple[str, ...]:
        """Names in the image store of the pictures that it sees."""
        ...


Asker = Callable[[Model, Sequence[Request], str, Sequence[str]], list[Outcome]]
"""Asks a model: the model, requests, the role that asks and the cell that each request is for →
one outcome per request, in order.
"""

agents: Final = Registry[Agent[Record, Record]]("generation.agents")
