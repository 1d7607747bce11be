"""A request to each agent in which every word is a stranger's."""

from collections.abc import Callable

import pytest

from blindspot.core.records import Record
from generation.agents.image_editor import EditorRequest, Operation
from generation.agents.image_seeker import Offer, SeekerRequest
from generation.agents.planner import PlannerRequest
from generation.agents.solver import SolverRequest
from generation.agents.validator import ValidatorRequest
from generation.agents.writer import WriterRequest


def _category(words: str) -> dict[str, str]:
    return {"capability": words, "capability_definition": words, "brief": words}


def _planner(words: str) -> Record:
    kind = {"image_type": words, "image_type_definition": words}
    return PlannerRequest(**_category(words), **kind, examples=(words, words), count=3)


def _image_seeker(words: str) -> Record:
    offers = (Offer(number=0, title=words, tags=(words,)), Offer(number=1, title=words, width=9))
    return SeekerRequest(subject=words, idea=words, image_type=words, offers=offers)


def _image_editor(words: str) -> Record:
    operations = (Operation(name=words, about=words, arguments=words),)
    return EditorRequest(picture="p.png", **_category(words), operations=operations)


def _writer(words: str) -> Record:
    page = {"image_type": words, "idea": words, "caption": words}
    return WriterRequest.model_validate({"picture": "p.png", **_category(words), **page})


def _solver(words: str) -> Record:
    options = (words, words)
    return SolverRequest(pictures=(), question=words, options=options, answer_kind="choice")


def _validator(words: str) -> Record:
    terms = {"capabilities": {words: words}, "image_types": {words: words}}
    question = {"pictures": ("p.png",), "question": words, "answer_kind": "text"}
    return ValidatorRequest.model_validate({**question, **terms})


_REQUESTS: dict[str, Callable[[str], Record]] = {
    "planner": _planner,
    "image_seeker": _image_seeker,
    "image_editor": _image_editor,
    "writer": _writer,
    "solver": _solver,
    "validator": _validator,
}


@pytest.fixture(scope="session")
def asked() -> Callable[[str, str], Record]:
    """`asked("writer", words)`."""
    return lambda role, words: _REQUESTS[role](words)
