"""The client against a server on this machine: what it sends, reads and keeps secret."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.artifact import digest_of
from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Request, Sampling, fingerprint, open_model
from blindspot.core.records import Completion, Outcome

CANARY = "sk-canary-0123456789/+abc"
Stub = Any
"""The server of conftest.py."""


def test_what_is_sent_and_what_comes_back(
    put: Any, picture: Any, tmp_path: Path, stub: Stub
) -> None:
    name, url = picture(tmp_path, "red")
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=5, seed=3, stop=("\n",))
    request = Request(prompt="What?", images=(name,), system="Be brief", sampling=sampling)
    [outcome] = put(tmp_path, stub, [request.model_copy(update={"repeat": 2})])
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.usage.prompt_tokens) == ("red", 7)
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What?"}]
    assert stub.bodies == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief"},
                {"role": "user", "content": content},
            ],
            "temperature": 0.5,
            "top_p": 0.9,
            "max_tokens": 5,
            "seed": 5,
            "stop": ["\n"],
        }
    ]


def test_pictures_stand_where_the_text_names_them(
    put: Any, picture: Any, tmp_path: Path, stub: Stub
) -> None:
    (red, red_url), (blue, blue_url) = picture(tmp_path, "red"), picture(tmp_path, "blue")
    put(tmp_path, stub, [Request(prompt="Is <image> like <image>?", images=(blue, red))])
    [message] = stub.bodies[0]["messages"]
    sent = [part.get("text") or part["image_url"]["url"] for part in message["content"]]
    assert sent == ["Is", blue_url, "like", red_url, "?"]


def test_a_question_without_pictures_is_plain_text(put: Any, tmp_path: Path, stub: Stub) -> None:
    put(tmp_path, stub, [Request(prompt="What?")])
    assert stub.bodies[0]["messages"] == [{"role": "user", "content": "What?"}]


def test_a_proxy_is_gone_through(
    put: Any, tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", stub.url.removesuffix("/v1"))
    [outcome] = put(tmp_path, stub, [Request(prompt="a")], base_urls=("http://models.invalid/v1",))
    assert isinstance(outcome, Completion)


def test_a_picture_is_read_once_for_all_attempts(
    put: Any, picture: Any, tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _ = picture(tmp_path, "red")
    reads: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (reads.append(path), read(path))[1])
    stub.reply = lambda attempt, body: stub.error(500) if attempt < 3 else stub.answer("red")
    put(tmp_path, stub, [Request(prompt="What?", images=(name,))])
    assert len(stub.bodies) == 3
    assert sum(path.name == name for path in reads) == 1


def test_template_arguments_are_sent_and_are_part_of_the_identity(
    chosen: Any, put: Any, tmp_path: Path, stub: Stub
) -> None:
    put(tmp_path, stub, [Request(prompt="a")], template_arguments={"enable_thinking": False})
    assert stub.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}
    plain = fingerprint(chosen(stub))
    assert plain == digest_of({"urls": [stub.url], "model": "m", "epoch": 0})
    assert plain != fingerprint(chosen(stub, template_arguments={"enable_thinking": False}))


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def test_a_reply_is_held_to_its_schema(put: Any, tmp_path: Path, stub: Stub) -> None:
    put(tmp_path, stub, [Request(prompt="a", reply_schema=SCHEMA), Request(prompt="b")])
    held = {body["messages"][0]["content"]: body.get("response_format") for body in stub.bodies}
    wanted = {"name": "reply", "strict": True, "schema": SCHEMA}
    assert held == {"a": {"type": "json_schema", "json_schema": wanted}, "b": None}


def test_a_server_that_refuses_schemas_is_asked_without(
    chosen: Any, put: Any, tmp_path: Path, stub: Stub
) -> None:
    put(tmp_path, stub, [Request(prompt="a", reply_schema=SCHEMA)], reply_schemas=False)
    assert "response_format" not in stub.bodies[0]
    assert fingerprint(chosen(stub)) != fingerprint(chosen(stub, reply_schemas=False))


def test_truncation_and_reasoning(put: Any, tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: stub.answer("<think>hm</think>re", "length")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")])
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.reasoning, outcome.finish_reason) == ("re", "hm", "length")


def echo(stub: Stub) -> list[Callable[[], Any]]:
    """Replies that repeat the key."""
    return [
        lambda: stub.error(400, f"bad key {CANARY}"),
        lambda: stub.error(401, f"Incorrect API key provided: {CANARY}"),
        lambda: (400, f"<html><title>{CANARY}</title>", {}),
        lambda: (422, {"detail": [{"input": {"authorization": f"Bearer {CANARY}"}}]}, {}),
        lambda: (500, json.dumps({"message": CANARY}).replace("/", "\\/"), {}),
        lambda: (404, "no /v1?key=sk-canary-0123456789%2F%2Babc", {}),
        lambda: (200, {"error": {"message": CANARY}}, {}),
        lambda: (200, f"[{json.dumps(CANARY)}]", {}),
        lambda: stub.answer("x", CANARY),
        lambda: stub.answer(f"You sent {CANARY}", reasoning_content=CANARY),
        lambda: stub.dropped(),
    ]


def test_the_key_is_sent_and_is_found_nowhere(
    chosen: Any,
    put: Any,
    tmp_path: Path,
    stub: Stub,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("STUB_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    replies = echo(stub)
    stub.reply = lambda _, body: replies[int(body["messages"][0]["content"])]()
    requests = [Request(prompt=str(i)) for i in range(len(replies))]
    outcomes = put(tmp_path, stub, requests, api_key_env="STUB_KEY", max_attempts=1)
    settings = chosen(stub, api_key_env="STUB_KEY")
    model = open_model(settings, ImageStore(tmp_path / "i"))
    abilities = asyncio.run(model.abilities())
    assert stub.keys == {f"Bearer {CANARY}"}
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    texts = [str(outcomes), repr(settings), fingerprint(settings), str(abilities), caplog.text]
    assert not [text for text in [*texts, files.decode(errors="replace")] if "canary" in text]
    assert caplog.records, "something was logged, the key was not"


def test_a_short_key_is_no_secret_and_stays_in_answers(
    put: Any, tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_KEY", "none")
    stub.reply = lambda *_: stub.answer("none of them")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")], api_key_env="STUB_KEY")
    assert isinstance(outcome, Completion)
    assert outcome.text == "none of them"


@pytest.mark.parametrize("key", ["sk-canary\n", "sk canary", "sk-canary…"])
def test_a_key_that_no_header_can_carry(
    put: Any, tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("STUB_KEY", key)
    with pytest.raises(ConfigError, match="with the bare key") as raised:
        put(tmp_path, stub, [], api_key_env="STUB_KEY")
    assert "canary" not in str(raised.value)


def test_a_key_that_is_not_set(put: Any, tmp_path: Path, stub: Stub) -> None:
    with pytest.raises(ConfigError, match="export STUB_KEY_UNSET"):
        put(tmp_path, stub, [], api_key_env="STUB_KEY_UNSET")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://user:canary@host/v1", "user name, password or query"),
        ("https://canary@host/v1", "address of host"),
        ("https://host/v1?api-key=canary", "api_key_env"),
        ("localhost:8000/v1", "Write e.g. http://localhost:8000/v1"),
        ("ftp://host/v1", "begin with http"),
        ("http:///v1", "begin with http"),
        ("http://host:x/v1", "base_urls"),
        ("http://host/v1/chat/completions", "Leave out /chat/completions"),
    ],
)
def test_what_is_no_address(put: Any, tmp_path: Path, stub: Stub, url: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        put(tmp_path, stub, [], base_urls=(stub.url, url))
    assert says in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("setting", "value"), [("min_pixels", 1), ("max_pixels", 9), ("chat_template", "a.jinja")]
)
def test_what_the_server_decides_is_refused(
    put: Any, tmp_path: Path, stub: Stub, setting: str, value: Any
) -> None:
    with pytest.raises(ConfigError, match=rf"model\.{setting}.*server is started.*vllm_server"):
        put(tmp_path, stub, [], **{setting: value})


def test_missing_settings(put: Any, tmp_path: Path, stub: Stub) -> None:
    with pytest.raises(ConfigError, match=r"Set model.base_urls"):
        put(tmp_path, stub, [], base_urls=())


def test_abilities_are_probed_once_and_generating_goes_on(
    chosen: Any, tmp_path: Path, stub: Stub
) -> None:
    model = open_model(chosen(stub), ImageStore(tmp_path))

    async def go() -> tuple[dict[str, Any], list[Outcome], dict[str, Any], list[Outcome]]:
        before = await model.generate([Request(prompt="a")])
        found = await model.abilities()
        probed = len(stub.bodies)
        again = await model.abilities()
        assert len(stub.bodies) == probed
        after = await model.generate([Request(prompt="b")])
        await model.rest()
        return found, before, again, after

    found, before, again, after = asyncio.run(go())
    assert found == again
    assert found["seed"] is True
    assert all(isinstance(o, Completion) for o in before + after)
