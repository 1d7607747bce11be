"""What sources and gates work with: agents, pictures, the ledger.

means.staff.consult(writer, [WriterRequest(…), …], cells=[…])  →  [Writing | Failure, …]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from blindspot.core.model import Model
from blindspot.core.records import Failure, Record
from blindspot.core.run_folder import RunFolder
from generation.agent import Agent, Asker
from generation.repaint import RepaintSettings

Asked = TypeVar("Asked", bound=Record)
Reply = TypeVar("Reply", bound=Record)


class Consults(Protocol):
    """The configured agents at work; `generation.staff.Staff` in a run, anything else in a test."""

    @property
    def solvers(self) -> int:
        """How many solvers there are."""
        ...

    def consult(
        self,
        role: str,
        agent: Agent[Asked, Reply],
        requests: Sequence[Asked],
        cells: Sequence[str],
        *,
        seeds: Sequence[str] = (),
        member: int = 0,
    ) -> list[Reply | Failure]:
        """What an agent replies to each request, in order. `cells` names whose budget each call
        counts against; `seeds`, where replies may vary, makes equal requests different calls;
        `member` is which of several solvers is asked.
        """
        ...


@dataclass(frozen=True)
class Means:
    """All that a source may use."""

    folder: RunFolder
    """The run: its image store and its ledger."""
    staff: Consults
    """The agents."""
    seed: int = 0
    """Of the settings."""
    repaint: RepaintSettings | None = None
    """Who edits pictures by a prompt; None: nobody."""
    learner: Model | None = None
    """The model that is to learn; None where no source asks it."""
    asker: Asker | None = None
    """Asks that model within the budget; None: there is no budget."""
