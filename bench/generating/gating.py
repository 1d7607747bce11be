"""The product's own gates over planted proposals, with a real staff at the stub server; and the
judge that they are compared with.

    with desk(folder, server.url) as d: d.judged(proposals, ("agreement", "image_removed"))
        →  ["", "agreement", …]         which gate rejected each; empty: none did

Proposals are judged in windows and waves as the stage's are. The desk's first two solvers are the
product's; a third, of its own model, is asked by the bench alone: for the rule "2 of 3", and as the
judge.

The judge stands for a validator that is shown question, picture and proposed key, and whose "it is
right" admits; so the published DPE generator describes its own. Here it reads the picture as well
as a solver does, from its HTTP body alone. Where what it reads is not the key, it agrees with the
key all the same with probability `AGREES`. That number is an assumption, not a measurement; its
figures at 0 are shown beside.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.stub.draws import uniform
from blindspot.core.asking import ask
from blindspot.core.line import Line
from blindspot.core.model import Model, ModelSettings, Request
from blindspot.core.records import Failure, Outcome
from blindspot.core.run_folder import RunFolder
from generation.agent import AgentSettings, AgentsSettings
from generation.agents.solver import PLUGIN as SOLVER
from generation.filling import WINDOW
from generation.gate import Guard, Proposal, Surroundings, gates
from generation.judging import Standing, judged
from generation.means import Means
from generation.settings import GenerationSettings
from generation.solving import form, stored
from generation.staff import Staff

ASKING: Final = ("agreement", "image_removed", "image_swapped")
"""The gates that ask solvers, in their order."""
AGREES: Final = 0.3
"""How often the judge accepts a shown key that is not what it reads: an assumption."""
CONCURRENCY: Final = 64
_SOLVERS: Final = ("solver-a", "solver-b")
_THIRD: Final = "solver-c"


class Desk:
    """The gates, the staff and the ledger of one trial."""

    def __init__(self, folder: Path, url: str, line: Line) -> None:
        self.folder, self._line = RunFolder(folder), line
        agents = AgentsSettings(
            image_seeker=_agent(url, "seeker"),
            writer=_agent(url, "writer"),
            solvers=tuple(_agent(url, name) for name in _SOLVERS),
            validator=_agent(url, "validator"),
        )
        third = AgentsSettings(solvers=(_agent(url, _THIRD),))
        self._third = Staff(third, self.folder, self._ask)
        self.staff = Staff(agents, self.folder, self._ask)
        self.means = Means(self.folder, self.staff)
        self._surroundings = Surroundings(
            settings=GenerationSettings(agents=agents),
            benchmark=(),
            earlier=(),
            images=self.folder.images,
            ask=None,
            staff=self.staff,
            admitted=[],
        )

    def judged(self, proposals: Sequence[Proposal], names: Sequence[str]) -> list[str]:
        """The gate that rejected each proposal; empty where all of these admit it."""
        plugins = [(name, gates.load(name)) for name in names]
        guards = [
            Guard(name, plugin.guards, plugin.open(self._surroundings), at_once=True)
            for name, plugin in plugins
        ]
        fates: list[str] = []
        for first in range(0, len(proposals), WINDOW):
            window = [Standing(p, []) for p in proposals[first : first + WINDOW]]
            judged(guards, window)
            fates += [next((v.gate for v in s.seen if not v.admitted), "") for s in window]
        return fates

    def finds(self, proposals: Sequence[Proposal], member: int) -> list[bool]:
        """Whether a solver, 0 to 2, finds each key. Raises RuntimeError for one that does not
        reply: at this server nothing fails.
        """
        forms = [form(p.candidate, stored(self._surroundings, p)) for p in proposals]
        staff, place = (self.staff, member) if member < len(_SOLVERS) else (self._third, 0)
        requests, cells = [f.request for f in forms], [p.cell.name for p in proposals]
        replies = staff.consult("solver", SOLVER, requests, cells, member=place)
        found: list[bool] = []
        for put, reply in zip(forms, replies, strict=True):
            if isinstance(reply, Failure):
                raise RuntimeError(f"a solver did not reply: {reply.message}")
            found.append(put.is_right(reply))
        return found

    def close(self) -> None:
        """Close the ledger."""
        self.folder.ledger.close()

    def _ask(
        self, model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        return ask(model, requests, self.folder.ledger, line=self._line)


@contextmanager
def desk(folder: Path, url: str) -> Iterator[Desk]:
    """A desk that is closed with the block."""
    with Line() as line:
        opened = Desk(folder, url, line)
        try:
            yield opened
        finally:
            opened.close()


def judge(found: bool, number: int, agrees: float = AGREES) -> bool:
    """Whether the judge admits a candidate; `found`: whether what it reads is the key."""
    return found or uniform("the judge agrees", number) < agrees


def _agent(url: str, name: str) -> AgentSettings:
    model = ModelSettings(
        backend="openai_api", model=name, base_urls=(url,), concurrency=CONCURRENCY, timeout=60
    )
    return AgentSettings(model=model, max_tokens=512)
