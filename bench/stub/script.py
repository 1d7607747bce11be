"""How the stub server behaves: what its models know, how they misbehave, and how long they take.

    Script(knowledge=Knowledge(solver_error=0.15), faults={"all": Faults(rate_limit=0.1)},
           latency={"all": Latency(seconds=1.0), "solver": Latency(seconds=2.0, spread=0.5)})

Every rate is a probability, drawn from what a call is about and never from a state.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar, get_args

from pydantic import Field, model_validator

from blindspot.core.records import Record

Role = Literal[
    "planner",
    "image_seeker",
    "image_editor",
    "writer",
    "solver",
    "validator",
    "policy",
    "edits",
    "other",
]
"""Who is asked: an agent, the policy (a plain completion), the edits endpoint, or a reply schema
that no agent has.
"""
ROLES: Final[tuple[Role, ...]] = get_args(Role)

FaultKind = Literal[
    "rate_limit",
    "server",
    "drop",
    "truncated",
    "refused",
    "malformed",
    "prose",
    "fenced",
    "unheld",
]

R = TypeVar("R")


class Knowledge(Record):
    """How often models are wrong."""

    solver_error: float = Field(default=0.15, ge=0, le=1)
    """A solver with the picture, on a question with one answer."""
    correlation: float = Field(default=0.3, ge=0, le=1)
    """Between the errors of any two solvers on the same items (phi)."""
    same_wrong: float = Field(default=0.5, ge=0, le=1)
    """Two solvers that both err say the same, where more than one wrong answer is possible."""
    null_when_ambiguous: float = Field(default=0.3, ge=0, le=1)
    """A solver says that there is no single answer; otherwise either answer, as a coin falls."""
    null_when_unseen: float = Field(default=0.5, ge=0, le=1)
    """A solver whose picture does not settle the question says so; otherwise it answers what that
    picture shows, or guesses.
    """
    writer_error: float = Field(default=0.0, ge=0, le=1)
    """A writer's key is wrong."""
    validator_error: float = Field(default=0.05, ge=0, le=1)
    """Each thing that a validator says, by itself: capability, image type, single answer, needs
    the picture.
    """
    gullible: float = Field(default=0.0, ge=0, le=1)
    """An order found in a picture or in quoted words is obeyed."""
    edit_changes: float = Field(default=0.0, ge=0, le=1)
    """An edit of a picture changes what is true in it."""


class Faults(Record):
    """Shares of attempts that go wrong; an attempt goes wrong in one way at most."""

    rate_limit: float = Field(default=0.0, ge=0, le=1)
    """429 with Retry-After."""
    server: float = Field(default=0.0, ge=0, le=1)
    """500, 502 or 503."""
    drop: float = Field(default=0.0, ge=0, le=1)
    """The connection ends without an answer."""
    truncated: float = Field(default=0.0, ge=0, le=1)
    """Half of the answer, `finish_reason` length."""
    refused: float = Field(default=0.0, ge=0, le=1)
    """The model refuses in words."""
    malformed: float = Field(default=0.0, ge=0, le=1)
    """JSON that cannot be parsed; replies with a schema only, like those below."""
    prose: float = Field(default=0.0, ge=0, le=1)
    """JSON between sentences."""
    fenced: float = Field(default=0.0, ge=0, le=1)
    """JSON in a Markdown fence."""
    unheld: float = Field(default=0.0, ge=0, le=1)
    """JSON that is not of the schema."""

    @model_validator(mode="after")
    def _at_most_one(self) -> "Faults":
        if sum(self.model_dump().values()) > 1 + 1e-9:
            raise ValueError("the shares of attempts that go wrong sum to more than 1")
        return self


class Latency(Record):
    """Seconds from a call's last byte to its answer."""

    seconds: float = Field(default=0.0, ge=0)
    """The median."""
    spread: float = Field(default=0.0, ge=0)
    """Standard deviation of the logarithm; 0 is a fixed time."""


class Script(Record):
    """How the server behaves. What is by role falls back to `all`."""

    knowledge: Knowledge = Knowledge()
    faults: Mapping[Role | Literal["all"], Faults] = Field(default_factory=dict)
    latency: Mapping[Role | Literal["all"], Latency] = Field(default_factory=dict)
    retry_after: float = Field(default=0.05, ge=0)
    """Seconds that a 429 asks for."""
    models: tuple[str, ...] = ("stub",)
    """What `/v1/models` lists; any name is served."""
    canaries: tuple[str, ...] = ()
    """Secrets that must stand in no body."""
    picture_tokens: int = Field(default=256, ge=0)
    """What a picture costs in a prompt."""
    seed: int = 0
    """Another seed, other draws."""


def for_role(by_role: Mapping[Role | Literal["all"], R], role: Role, plain: R) -> R:
    """The entry of a role, of all roles, or the plain one."""
    return by_role.get(role) or by_role.get("all") or plain
