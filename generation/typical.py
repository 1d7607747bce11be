"""What a typical call of each role holds, for reckoning before anything is made: the agents' own
prompts, filled with a cell's own words and with a question of a stated size.

    text(cell, "writer")  →  a prompt of 2,900 characters
    PICTURES["solver"]    →  1

A question is taken for `QUESTION` characters with four options of `OPTION` each; a web search for
`OFFERS` offers. Calls that hold more cost more: that is what a budget is for.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from blindspot.core import taxonomy
from blindspot.core.prompt import render
from blindspot.core.records import Axis
from blindspot.core.training_set import PlanCell
from generation.agent import agents
from generation.agents.image_editor import EditorRequest, Operation
from generation.agents.image_seeker import Offer, SeekerRequest
from generation.agents.planner import PlannerRequest
from generation.agents.solver import SolverRequest
from generation.agents.validator import ValidatorRequest
from generation.agents.writer import WriterRequest
from generation.edit import edits
from generation.replying import reply_schema
from generation.spending import POLICY

QUESTION: Final = 300
"""Characters of a question."""
OPTION: Final = 60
"""Characters of an option."""
OFFERS: Final = 20
"""Search results that an image seeker chooses from."""
PICTURES: Final[Mapping[str, int]] = {
    "planner": 0,
    "image_seeker": 0,
    "image_editor": 1,
    "writer": 1,
    "solver": 1,
    "validator": 1,
    POLICY: 1,
}
"""Pictures that a role sees."""

_ASKED: Final = "q" * QUESTION
_OPTIONS: Final = ("o" * OPTION,) * 4


def text_bytes(cell: PlanCell, role: str) -> int:
    """Bytes of the text of a typical call, its schema included."""
    if role == POLICY:
        return len(render(_ASKED, _OPTIONS, "choice").encode())
    agent = agents.load(role)
    prompt = agent.prompt(_REQUESTS[role](cell))
    return len(prompt.encode()) + len(str(reply_schema(agent.reply)))


def _planner(cell: PlanCell) -> PlannerRequest:
    return PlannerRequest(
        capability=cell.want.capability,
        capability_definition=_definition("capability", cell.want.capability),
        image_type=cell.want.image_type,
        image_type_definition=_definition("image_type", cell.want.image_type),
        brief=cell.brief,
        examples=cell.examples,
        count=1,
    )


def _seeker(cell: PlanCell) -> SeekerRequest:
    offers = [Offer(number=i, title="t" * 80, tags=("tag",) * 10) for i in range(OFFERS)]
    return SeekerRequest(
        subject="s" * 80, idea=_ASKED, image_type=cell.want.image_type, offers=tuple(offers)
    )


def _editor(cell: PlanCell) -> EditorRequest:
    plugins = [(name, edits.load(name)) for name in edits.names()]
    return EditorRequest(
        picture="",
        capability=cell.want.capability,
        capability_definition=_definition("capability", cell.want.capability),
        brief=cell.brief,
        operations=tuple(
            Operation(name=name, about=e.about, arguments=json.dumps(dict(e.arguments)))
            for name, e in plugins
        ),
    )


def _writer(cell: PlanCell) -> WriterRequest:
    return WriterRequest(
        picture="",
        capability=cell.want.capability,
        capability_definition=_definition("capability", cell.want.capability),
        image_type=cell.want.image_type,
        brief=cell.brief,
        idea=_ASKED,
        caption=_ASKED,
    )


def _solver(cell: PlanCell) -> SolverRequest:
    return SolverRequest(pictures=(), question=_ASKED, options=_OPTIONS, answer_kind="choice")


def _validator(cell: PlanCell) -> ValidatorRequest:
    return ValidatorRequest(
        pictures=(),
        question=_ASKED,
        options=_OPTIONS,
        answer_kind="choice",
        capabilities=_definitions("capability"),
        image_types=_definitions("image_type"),
    )


def _definition(axis: Axis, term: str) -> str:
    """What the taxonomy says of a term; nothing of one that it does not know."""
    return _definitions(axis).get(term, "")


@cache
def _definitions(axis: Axis) -> dict[str, str]:
    return {name: term.definition for name, term in taxonomy.load(None).terms(axis).items()}


_REQUESTS: Final[Mapping[str, Callable[[PlanCell], Any]]] = {
    "planner": _planner,
    "image_seeker": _seeker,
    "image_editor": _editor,
    "writer": _writer,
    "solver": _solver,
    "validator": _validator,
}
