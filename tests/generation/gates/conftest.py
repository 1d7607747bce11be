"""Gates that ask: proposals of every kind, and agents whose replies are scripted."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings
from blindspot.core.records import CellShare, Failure, Record
from blindspot.core.training_set import PlanCell
from generation.agent import AgentSettings, AgentsSettings
from generation.agents.solver import Solution, SolverRequest
from generation.gate import OpenGate, Proposal, Surroundings, gates
from generation.likeness import look
from generation.settings import GenerationSettings
from generation.source import Candidate

Says = Callable[[SolverRequest, str], str | Failure | None]
"""A solver: of a request and the seed of its call, the answer."""


@dataclass(frozen=True)
class Call:
    """One request that an agent got."""

    role: str
    member: int
    request: Any
    cell: str
    seed: str
    text: str
    """The prompt as the agent writes it."""


@dataclass
class Scripted:
    """Agents that reply by script and remember what they were asked, batch by batch."""

    says: Sequence[Says] = ()
    validates: Callable[[Any], Record] | None = None
    batches: list[list[Call]] = field(default_factory=list)

    @property
    def solvers(self) -> int:
        return len(self.says)

    @property
    def calls(self) -> list[Call]:
        return [call for batch in self.batches for call in batch]

    def consult(
        self,
        role: str,
        agent: Any,
        requests: Sequence[Any],
        cells: Sequence[str],
        *,
        seeds: Sequence[str] = (),
        member: int = 0,
    ) -> list[Any]:
        rows = list(zip(requests, cells, seeds or [""] * len(requests), strict=True))
        self.batches.append([Call(role, member, r, c, s, agent.prompt(r)) for r, c, s in rows])
        if role == "validator":
            assert self.validates is not None
            return [self.validates(r) for r in requests]
        return [_reply(self.says[member](r, s)) for r, _, s in rows]


def _reply(said: str | Failure | None) -> Record:
    return said if isinstance(said, Failure) else Solution(answer=said)


def picture(number: int) -> bytes:
    """A picture unlike those of other numbers."""
    image = Image.new("RGB", (24, 24), (number * 37 % 256, number * 91 % 256, number % 256))
    image.putpixel((number % 24, number // 24 % 24), (255, 255, 255))
    return encode(image)


def proposal(number: int = 0, cell: str = "counting/chart_graph", **changes: Any) -> Proposal:
    """A candidate that agents wrote: how many, 3157."""
    plain = {
        "images": (picture(number),),
        "question": f"How many are there in {number}?",
        "target": "3157",
        "answer_kind": "number",
        "origin": "web:https://page.example",
        "truth": "agents",
        "attribution": "the title, the author, https://page.example",
        "content": "the content",
    }
    made = Candidate(**{**plain, **changes})
    capability, image_type = cell.split("/")
    want = CellShare(
        capability=capability, image_type=image_type, share=1, quota=1, weakness="w", why="weak"
    )
    looks = tuple(look(Image.open(io.BytesIO(data))) for data in made.images)
    planned = PlanCell(name=cell, split="train", want=want, quota=1, brief="")
    return Proposal(f"train/{cell}/{number}/0", planned, made, made.question, looks)


def settings(solvers: int = 0, validator: bool = False, **changes: Any) -> GenerationSettings:
    """Settings with so many solvers."""
    one = AgentSettings(model=ModelSettings(backend="replay"))
    filled = AgentsSettings(solvers=(one,) * solvers, validator=one if validator else None)
    return GenerationSettings.model_validate({"agents": filled, **changes})


@dataclass(frozen=True)
class Desk:
    """Where gates are opened."""

    images: ImageStore
    proposal = staticmethod(proposal)
    settings = staticmethod(settings)
    scripted = Scripted
    timeout = Failure(kind="timeout", message="after 120 s", retryable=True)

    def surroundings(self, staff: Scripted | None = None, **known: Any) -> Surroundings:
        staff = staff or Scripted()
        asked = settings(staff.solvers, staff.validates is not None)
        plain = {"settings": asked, "benchmark": (), "earlier": (), "ask": None, "admitted": []}
        return Surroundings(images=self.images, staff=staff, **{**plain, **known})

    def open(self, gate: str, staff: Scripted | None = None, **known: Any) -> OpenGate:
        """The gate, as a run opens it."""
        return gates.load(gate).open(self.surroundings(staff, **known))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(ImageStore(tmp_path / "images"))
