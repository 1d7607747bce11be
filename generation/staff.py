"""The staff: the configured agents at work. One consultation is one batch of calls, and one more
for the replies that could not be read.

    Staff(settings.agents, folder).consult("writer", writer, requests, cells)
        →  [Writing, Failure("truncated"), Writing, …]

Each role is asked at its own model, opened when it is first needed; roles with equal model settings
share it. Replies are held to their schema by servers that can, and checked here either way.
Whatever comes of a call stands in the ledger under its whole text, so that nothing is asked twice.

Who may spend how much is not decided here: `asker` stands between the staff and the models.
"""

import threading
from collections.abc import Sequence
from typing import TypeVar

from blindspot.core.artifact import digest_of
from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, UnknownNameError, UsageError
from blindspot.core.model import Model, ModelSettings, Request, Sampling, backends, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Completion, Failure, Outcome, Record
from blindspot.core.registry import nearest
from blindspot.core.run_folder import RunFolder
from generation.agent import Agent, AgentSettings, AgentsSettings, Asker
from generation.replying import read, repair, reply_schema

Asked = TypeVar("Asked", bound=Record)
Reply = TypeVar("Reply", bound=Record)


class Staff:
    """The agents of one run; `generation.means.Consults`."""

    def __init__(
        self, settings: AgentsSettings, folder: RunFolder, asker: Asker | None = None
    ) -> None:
        self._filled = _by_role(settings)
        self._images = folder.images
        self._asker = asker or _through(folder)
        self._models: dict[str, Model] = {}
        self._opening = threading.Lock()

    @property
    def solvers(self) -> int:
        """How many solvers there are."""
        return len(self._filled["solver"])

    def check(self, roles: Sequence[str]) -> None:
        """Whether these roles can be asked, before anything is spent. Raises ConfigError for one
        that is not filled, and what its backend raises for settings that cannot work.
        """
        for role in dict.fromkeys(roles):
            self._member(role, 0)
            for number, each in enumerate(self._filled[role]):
                _check(_option(role, number), each.model)

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
        """What an agent replies to each request, in order; see `Consults`. Raises ConfigError for a
        role that is not filled, StageError where its model cannot be reached at all.
        """
        settings = self._member(role, member)
        if not requests:
            return []
        drawn = seeds or [""] * len(requests)
        turns = [_turn(agent, settings, *pair) for pair in zip(requests, drawn, strict=True)]
        model = self._opened(settings.model)
        outcomes = self._asker(model, turns, role, cells)
        replies = [read(outcome, agent.reply) for outcome in outcomes]
        repairs = _repairs(turns, outcomes, replies)
        if repairs:
            budgets = [cells[place] for place in repairs]
            said = self._asker(model, list(repairs.values()), role, budgets)
            for place, outcome in zip(repairs, said, strict=True):
                replies[place] = read(outcome, agent.reply)
        return replies

    def _member(self, role: str, member: int) -> AgentSettings:
        if role not in self._filled:
            known = nearest(role, list(self._filled))
            raise UnknownNameError(f"'{role}'", "it is not one of the agents' roles", known)
        filled = self._filled[role]
        if member >= len(filled):
            raise _not_filled(role, member)
        return filled[member]

    def _opened(self, settings: ModelSettings) -> Model:
        key = settings.model_dump_json()
        with self._opening:
            if key not in self._models:
                self._models[key] = open_model(settings, self._images)
            return self._models[key]


def _by_role(settings: AgentsSettings) -> dict[str, tuple[AgentSettings, ...]]:
    single = {
        "planner": settings.planner,
        "image_seeker": settings.image_seeker,
        "image_editor": settings.image_editor,
        "writer": settings.writer,
        "validator": settings.validator,
    }
    filled = {role: (one,) if one else () for role, one in single.items()}
    return {**filled, "solver": settings.solvers}


def _turn(
    agent: Agent[Asked, Reply], settings: AgentSettings, request: Asked, seed: str
) -> Request:
    return Request(
        prompt=agent.prompt(request),
        images=agent.images(request),
        sampling=Sampling(
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            seed=int(digest_of(seed)[:8], 16) % 2**31 if seed else 0,
        ),
        reply_schema=reply_schema(agent.reply),
    )


def _repairs(
    turns: Sequence[Request], outcomes: Sequence[Outcome], replies: Sequence[Record]
) -> dict[int, Request]:
    """By place, what is asked once more: replies that were made and cannot be read."""
    return {
        place: repair(turn, outcome.text, reply.message)
        for place, (turn, outcome, reply) in enumerate(zip(turns, outcomes, replies, strict=True))
        if isinstance(outcome, Completion)
        and isinstance(reply, Failure)
        and reply.kind == "unreadable"
    }


def _through(folder: RunFolder) -> Asker:
    """Asks through the run's ledger, showing how far it is."""

    def asked(
        model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        with progress(f"Asking the {role.replace('_', ' ')}", len(requests)) as advance:
            return ask(model, requests, folder.ledger, lambda answers: advance(len(answers)))

    return asked


def _check(option: str, settings: ModelSettings) -> None:
    """Check a model's settings; the error says whose they are."""
    try:
        backends.load(settings.backend).check(settings)
    except UsageError as error:
        raise type(error)(f"{option}: {error.what}", error.why, error.way_out) from error


def _option(role: str, number: int) -> str:
    """`generation.agents.writer`, `generation.agents.solvers[1]`."""
    return f"generation.agents.{f'solvers[{number}]' if role == 'solver' else role}"


def _not_filled(role: str, member: int) -> ConfigError:
    solver = role == "solver"
    option = _option(role, member) if member else f"generation.agents.{role}{'s' * solver}"
    table = "[[generation.agents.solvers]] with a model" if solver else f"[{option}.model]"
    return ConfigError(
        option,
        "a source or a gate asks this agent, and the config does not say which model it is",
        f"Add {table} (backend, base_urls, model), or take out the source or gate that asks it",
    )
