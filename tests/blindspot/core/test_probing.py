"""What is told of a server is what the server did, against servers that do it differently."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import openai
import pytest

from blindspot.core import chat
from blindspot.core.probing import probe

Stub = Any
"""The server of conftest.py."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "DELAYS", (0.001, 0.01))


def probed(stub: Stub, timeout: float = 5.0) -> dict[str, Any]:
    async def go() -> dict[str, Any]:
        async with openai.AsyncOpenAI(
            base_url=stub.url, api_key="sk-canary-key", max_retries=0, timeout=timeout
        ) as client:
            return await probe(client, "m")

    return asyncio.run(go())


def honest(stub: Stub, body: dict[str, Any]) -> Any:
    """A server that does all it is asked for."""
    text = "hello"
    if "response_format" in body:
        schema = body["response_format"]["json_schema"]["schema"]
        text = json.dumps({k: v["enum"][0] for k, v in schema["properties"].items()}, indent=2)
    status, answer, headers = stub.answer(text, reasoning_content="hm")
    [choice] = answer["choices"]
    if body.get("logprobs"):
        choice["logprobs"] = {"content": [{"token": "hello", "logprob": -0.1}]}
    answer["choices"] = [choice] * body.get("n", 1)
    return status, answer, headers


def without(field: str, stub: Stub, body: dict[str, Any]) -> Any:
    """The same, with one field ignored."""
    return honest(stub, {k: v for k, v in body.items() if k != field})


def test_a_server_that_honours_everything(stub: Stub) -> None:
    stub.reply = lambda _, body: honest(stub, body)
    found = probed(stub)
    names = ["seed", "json_schema", "n", "logprobs", "unknown_fields", "reasoning"]
    assert found == dict.fromkeys(names, True)
    assert len(stub.bodies) <= 6
    assert {body["model"] for body in stub.bodies} == {"m"}
    assert max(body["max_tokens"] for body in stub.bodies) <= 64


@pytest.mark.parametrize(
    ("field", "name"), [("response_format", "json_schema"), ("n", "n"), ("logprobs", "logprobs")]
)
def test_a_field_that_is_ignored_is_false(stub: Stub, field: str, name: str) -> None:
    stub.reply = lambda _, body: without(field, stub, body)
    found = probed(stub)
    assert {ability: said for ability, said in found.items() if said is not True} == {name: False}


def test_no_reasoning_field_is_false(stub: Stub) -> None:
    stub.reply = lambda *_: stub.answer("hello")
    assert probed(stub)["reasoning"] is False


def test_a_field_that_is_refused_says_so(stub: Stub) -> None:
    def reply(_: int, body: dict[str, Any]) -> Any:
        if "blindspot_unknown_field" in body:
            return 422, {"detail": "Unexpected keys in the request"}, {}
        return stub.error(400, "seed?") if "seed" in body else honest(stub, body)

    stub.reply = reply
    found = probed(stub)
    assert found["unknown_fields"].startswith("refused: ")
    assert "answered 422 for the model 'm': Unexpected keys" in found["unknown_fields"]
    assert found["seed"].startswith("refused: ")
    assert found["n"] is True


@pytest.mark.parametrize(
    "failing",
    [
        lambda s: s.error(500),
        lambda s: s.error(429),
        lambda s: s.error(404),
        lambda s: s.dropped(),
        lambda s: s.cut(),
        lambda s: (200, "<html>", {}),
        lambda s: (200, {"choices": []}, {}),
        lambda s: (200, {"choices": [{"message": None}]}, {}),
    ],
)
def test_a_failed_probe_is_never_false(stub: Stub, failing: Callable[[Stub], Any]) -> None:
    stub.reply = lambda _, body: failing(stub) if "logprobs" in body else honest(stub, body)
    found = probed(stub)
    assert found["logprobs"].startswith("unknown: ")
    assert found["n"] is True


def test_what_fails_on_the_way_is_asked_again(stub: Stub) -> None:
    sent: Counter[str] = Counter()

    def reply(_: int, body: dict[str, Any]) -> Any:
        sent[str(body)] += 1
        return stub.error(503) if sent[str(body)] < 3 else honest(stub, body)

    stub.reply = reply
    assert set(probed(stub).values()) == {True}


def test_a_server_that_never_answers_one_of_them(stub: Stub) -> None:
    stub.reply = lambda _, body: stub.never() if "logprobs" in body else honest(stub, body)
    found = probed(stub, timeout=0.3)
    assert found["logprobs"].startswith("unknown: ")
    assert found["json_schema"] is True


def test_where_a_plain_question_fails_nothing_is_known_and_nothing_more_is_asked(
    stub: Stub,
) -> None:
    stub.reply = lambda *_: stub.error(400, "max_tokens? sk-canary-key")
    found = probed(stub)
    assert len(stub.bodies) == 1
    assert all(said.startswith("unknown: a plain question failed") for said in found.values())
    assert "canary" not in str(found)


@pytest.mark.parametrize(
    ("text", "finish", "obeyed"),
    [
        ('{ "word":\n"quixotry" }', "stop", True),
        ('{"word": "quix', "length", True),
        ("Hello! How are", "length", False),
        ('{"word": "hello"}', "stop", False),
        ('{"word": "quix', "stop", False),
        ("", "stop", False),
        (" \n ", "length", "unknown: the answer was cut before it began"),
    ],
)
def test_whether_a_schema_was_obeyed(
    stub: Stub, text: str, finish: str, obeyed: bool | str
) -> None:
    stub.reply = lambda *_: stub.answer(text, finish)
    assert probed(stub)["json_schema"] == obeyed
