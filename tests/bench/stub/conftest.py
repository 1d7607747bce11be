"""Planted pictures, and the bodies that the product's own agents make of them."""

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from PIL import Image

from bench.stub.asked import Asked, Pictures, take
from bench.stub.planting import Fact, Payload, plant
from blindspot.core.records import Record
from generation.agent import Agent
from generation.agents import solver, validator, writer
from generation.agents.solver import SolverRequest
from generation.agents.validator import ValidatorRequest
from generation.agents.writer import WriterRequest
from generation.replying import reply_schema

CAPABILITIES = {"counting": "how many", "color": "which color", "ocr": "what is written"}
IMAGE_TYPES = {"geometric": "drawn shapes", "chart": "plots"}


def fact(item: int = 7, **changes: Any) -> Fact:
    """How many of something there are: 3."""
    plain = {
        "item": item,
        "question": f"How many circles are left of post {item}?",
        "answer_kind": "number",
        "answer": "3",
        "capability": "counting",
        "image_type": "geometric",
    }
    return Fact.model_validate({**plain, **changes})


def picture(*facts: Fact, words: str = "") -> Image.Image:
    """A small grey picture that says so."""
    return plant(Image.new("RGB", (96, 48), (180, 190, 200)), Payload(facts=facts, words=words))


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=90)
    return buffer.getvalue()


def url(image: Image.Image, kind: str = "PNG") -> str:
    data = base64.b64encode(encoded(image, kind)).decode()
    return f"data:image/{kind.lower()};base64,{data}"


def body(text: str, images: Sequence[Image.Image] = (), **changes: Any) -> dict[str, Any]:
    """A plain request; a change to None leaves a field out."""
    parts: list[Any] = [{"type": "image_url", "image_url": {"url": url(i)}} for i in images]
    turn = {"role": "user", "content": [*parts, {"type": "text", "text": text}]}
    whole = {"model": "m", "messages": [turn], "max_tokens": 256, "temperature": 0.0, **changes}
    return {name: value for name, value in whole.items() if value is not None}


@cache
def held(kind: type[Record]) -> dict[str, Any]:
    """What holds a reply to its schema."""
    schema = {"name": "reply", "strict": True, "schema": reply_schema(kind)}
    return {"type": "json_schema", "json_schema": schema}


def asked(whole: dict[str, Any]) -> Asked:
    return take(json.dumps(whole).encode(), Pictures())


def turn(agent: Agent[Any, Any], request: Record, *images: Image.Image, **changes: Any) -> Asked:
    """An agent's request, as the server takes it."""
    text = agent.prompt(request)
    return asked(body(text, images, response_format=held(agent.reply), **changes))


def solving(about: Fact, *images: Image.Image, **changes: Any) -> Asked:
    request = SolverRequest(
        pictures=(),
        question=about.question,
        options=about.options,
        answer_kind=about.answer_kind,
    )
    return turn(solver.PLUGIN, request, *images, **changes)


def writing(image: Image.Image, caption: str = "", **changes: Any) -> Asked:
    request = WriterRequest(
        picture="p.png",
        capability="counting",
        capability_definition="how many",
        image_type="geometric",
        brief="aims at small things",
        caption=caption,
    )
    return turn(writer.PLUGIN, request, image, **changes)


def validating(about: Fact, *images: Image.Image, **changes: Any) -> Asked:
    request = ValidatorRequest(
        pictures=(),
        question=about.question,
        options=about.options,
        answer_kind=about.answer_kind,
        capabilities=CAPABILITIES,
        image_types=IMAGE_TYPES,
    )
    return turn(validator.PLUGIN, request, *images, **changes)


@dataclass(frozen=True)
class Kit:
    """The builders, for tests."""

    fact = staticmethod(fact)
    picture = staticmethod(picture)
    encoded = staticmethod(encoded)
    url = staticmethod(url)
    body = staticmethod(body)
    held = staticmethod(held)
    asked = staticmethod(asked)
    turn = staticmethod(turn)
    solving = staticmethod(solving)
    writing = staticmethod(writing)
    validating = staticmethod(validating)


@pytest.fixture
def kit() -> Kit:
    return Kit()
