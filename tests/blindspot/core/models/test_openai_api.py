"""The client against a server on this machine that misbehaves as real ones do."""

import asyncio
import base64
import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core import throttle
from blindspot.core.artifact import digest_of
from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.images import ImageStore, encode
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, Sampling, fingerprint, open_model
from blindspot.core.models import openai_api
from blindspot.core.records import Completion, Failure, Outcome

CANARY = "sk-canary-0123456789/+abc"
Stub = Any
"""The server of conftest.py."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "_BASE_DELAY", 0.001)


def chosen(stub: Stub, **settings: Any) -> ModelSettings:
    merged = {"base_urls": (stub.url,), "model": "m", "max_attempts": 3, **settings}
    return ModelSettings(backend="openai_api", **merged)


def put(tmp_path: Path, stub: Stub, requests: list[Request], **settings: Any) -> list[Outcome]:
    model = open_model(chosen(stub, **settings), ImageStore(tmp_path / "i"))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    try:
        return ask(model, requests, ledger)
    finally:
        ledger.close()


def failure(tmp_path: Path, stub: Stub, **settings: Any) -> Failure:
    [outcome] = put(tmp_path, stub, [Request(prompt="a")], **settings)
    assert isinstance(outcome, Failure)
    return outcome


def picture(tmp_path: Path, colour: str) -> tuple[str, str]:
    """A picture's name in the store, and how it is sent."""
    data = encode(Image.new("RGB", (4, 4), colour))
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return ImageStore(tmp_path / "i").put(data), url


def test_what_is_sent_and_what_comes_back(tmp_path: Path, stub: Stub) -> None:
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


def test_pictures_stand_where_the_text_names_them(tmp_path: Path, stub: Stub) -> None:
    (red, red_url), (blue, blue_url) = picture(tmp_path, "red"), picture(tmp_path, "blue")
    put(tmp_path, stub, [Request(prompt="Is <image> like <image>?", images=(blue, red))])
    [message] = stub.bodies[0]["messages"]
    sent = [part.get("text") or part["image_url"]["url"] for part in message["content"]]
    assert sent == ["Is", blue_url, "like", red_url, "?"]


def test_a_question_without_pictures_is_plain_text(tmp_path: Path, stub: Stub) -> None:
    put(tmp_path, stub, [Request(prompt="What?")])
    assert stub.bodies[0]["messages"] == [{"role": "user", "content": "What?"}]


def test_a_picture_is_read_once_for_all_attempts(
    tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
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
    tmp_path: Path, stub: Stub
) -> None:
    put(tmp_path, stub, [Request(prompt="a")], template_arguments={"enable_thinking": False})
    assert stub.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}
    plain = fingerprint(chosen(stub))
    assert plain == digest_of({"urls": [stub.url], "model": "m", "epoch": 0})
    assert plain != fingerprint(chosen(stub, template_arguments={"enable_thinking": False}))


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def test_a_reply_is_held_to_its_schema(tmp_path: Path, stub: Stub) -> None:
    put(tmp_path, stub, [Request(prompt="a", reply_schema=SCHEMA), Request(prompt="b")])
    held = {body["messages"][0]["content"]: body.get("response_format") for body in stub.bodies}
    wanted = {"name": "reply", "strict": True, "schema": SCHEMA}
    assert held == {"a": {"type": "json_schema", "json_schema": wanted}, "b": None}


def test_a_server_that_refuses_schemas_is_asked_without(tmp_path: Path, stub: Stub) -> None:
    put(tmp_path, stub, [Request(prompt="a", reply_schema=SCHEMA)], reply_schemas=False)
    assert "response_format" not in stub.bodies[0]
    assert fingerprint(chosen(stub)) != fingerprint(chosen(stub, reply_schemas=False))


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_transient_failures_are_tried_again(tmp_path: Path, stub: Stub, status: int) -> None:
    stub.reply = lambda attempt, body: stub.error(status) if attempt == 1 else stub.answer("red")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")])
    assert isinstance(outcome, Completion)
    assert len(stub.bodies) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "attempts", "retryable", "says"),
    [
        (lambda s: s.error(400, "no such thing"), "request", 1, True, "no such thing"),
        (lambda s: s.error(400, "cannot decode image"), "request", 1, False, "decode image"),
        (lambda s: s.error(401), "auth", 1, True, "answered 401"),
        (lambda s: s.error(403), "auth", 1, True, "answered 403"),
        (lambda s: s.error(404, "no model"), "request", 1, True, "/v1 answered 404 for the model"),
        (lambda s: s.error(429), "rate_limit", 3, True, "answered 429"),
        (lambda s: s.error(429, retry_after="0.01"), "rate_limit", 3, True, "answered 429"),
        (lambda s: s.error(429, retry_after="9999"), "rate_limit", 1, True, "answered 429"),
        (lambda s: s.error(500), "server", 3, True, "answered 500"),
        (lambda s: s.error(503), "server", 3, True, "answered 503"),
        (lambda s: (502, "<html><title>Bad Gateway</title>", {}), "server", 3, True, "Bad Gateway"),
        (lambda s: (200, "<html><body>Hi", {}), "server", 3, True, "no JSON"),
        (lambda s: (200, {"id": "x", "choices": []}, {}), "server", 3, True, "no choice"),
        (lambda s: (200, '{"choices": [{"mess', {}), "server", 3, True, "no JSON"),
        (lambda s: s.cut(), "connection", 3, True, "incomplete|without sending complete"),
        (lambda s: s.dropped(), "connection", 3, True, "disconnected"),
        (lambda s: s.answer("re", "abort"), "server", 3, True, "broken off"),
    ],
)
def test_a_failure_is_data_with_a_cause(
    tmp_path: Path,
    stub: Stub,
    reply: Callable[[Stub], Any],
    kind: str,
    attempts: int,
    retryable: bool,
    says: str,
) -> None:
    stub.reply = lambda _, body: reply(stub) if "bad" in str(body) else stub.answer("red")
    good, bad = put(tmp_path, stub, [Request(prompt="good"), Request(prompt="bad")])
    assert isinstance(good, Completion)
    assert isinstance(bad, Failure)
    assert (bad.kind, bad.retryable) == (kind, retryable)
    assert any(words in bad.message for words in says.split("|")), bad.message
    assert sum("bad" in str(body) for body in stub.bodies) == attempts


def test_a_server_that_never_answers(tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: stub.never()
    outcome = failure(tmp_path, stub, timeout=0.2, max_attempts=2)
    assert (outcome.kind, outcome.retryable) == ("timeout", True)
    assert len(stub.bodies) == 2


def test_a_missing_model_is_named_with_its_address(tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: stub.error(404, "It does not exist.")
    said = f"{stub.url} answered 404 for the model 'm': It does not exist."
    assert failure(tmp_path, stub).message == said


def test_a_context_overflow_keeps_its_message(tmp_path: Path, stub: Stub) -> None:
    said = "This model's maximum context length is 32 tokens; you asked for 99 (max_tokens=1024)"
    stub.reply = lambda *_: stub.error(400, said)
    outcome = failure(tmp_path, stub)
    assert (outcome.kind, outcome.retryable) == ("request", False)
    assert outcome.message.endswith(said)


@pytest.mark.parametrize(
    ("reply", "field"),
    [
        (lambda s: s.error(400, "Unsupported parameter: 'max_tokens'"), "max_tokens"),
        (lambda s: (422, {"detail": [{"loc": ["body", "seed"], "msg": "extra"}]}, {}), "seed"),
        (lambda s: (400, {"error": {"message": "no", "param": "stop"}}, {}), "stop"),
    ],
)
def test_a_refused_field_is_a_failure_and_never_left_out(
    tmp_path: Path, stub: Stub, reply: Callable[[Stub], Any], field: str
) -> None:
    stub.reply = lambda *_: reply(stub)
    outcome = failure(tmp_path, stub)
    assert outcome.kind == "request"
    assert f"refuses the field {field}" in outcome.message
    assert len(stub.bodies) == 1


def test_retry_after_holds_every_request_to_that_address(tmp_path: Path, stub: Stub) -> None:
    def reply(attempt: int, body: dict[str, Any]) -> Any:
        if attempt == 1 and "first" in str(body):
            return stub.error(429, retry_after="0.3")
        time.sleep(0.02)
        return stub.answer("x")

    stub.reply = reply
    requests = [Request(prompt="first"), *(Request(prompt=str(i)) for i in range(40))]
    outcomes = put(tmp_path, stub, requests, concurrency=2)
    assert all(isinstance(o, Completion) for o in outcomes)
    gaps = [after - before for before, after in zip(stub.times, stub.times[1:], strict=False)]
    assert max(gaps) > 0.25
    assert stub.times[-1] - stub.times[0] > 0.3


def test_a_server_that_pushes_back_is_asked_less_at_once(tmp_path: Path, stub: Stub) -> None:
    crowd = threading.Barrier(16)

    def reply(attempt: int, body: dict[str, Any]) -> Any:
        if len(stub.bodies) <= 16 and attempt == 1:
            crowd.wait(10)
            stub.most = 0
            return stub.error(429)
        time.sleep(0.4)
        return stub.answer("x")

    stub.reply = reply
    outcomes = put(tmp_path, stub, [Request(prompt=str(i)) for i in range(24)], concurrency=16)
    assert all(isinstance(o, Completion) for o in outcomes)
    assert 4 <= stub.most <= 12


def test_no_more_than_the_bound_at_each_address(
    tmp_path: Path, make_stub: Callable[[], Stub]
) -> None:
    stubs = [make_stub(), make_stub()]
    for stub in stubs:
        stub.reply = lambda *_: (time.sleep(0.002), stubs[0].answer("x"))[1]
    urls = tuple(stub.url for stub in stubs)
    settings = chosen(stubs[0], base_urls=urls, concurrency=3)
    assert open_model(settings, ImageStore(tmp_path)).concurrency == 6
    put(
        tmp_path,
        stubs[0],
        [Request(prompt=str(i)) for i in range(80)],
        **settings.model_dump(include={"base_urls", "concurrency"}),
    )
    assert [stub.most <= 3 for stub in stubs] == [True, True]
    assert sum(len(stub.bodies) for stub in stubs) == 80


def test_the_same_picture_goes_to_the_same_address(
    tmp_path: Path, make_stub: Callable[[], Stub]
) -> None:
    stubs = [make_stub() for _ in range(3)]
    urls = tuple(stub.url for stub in stubs)
    colours = ["red", "green", "blue", "white", "black", "gray", "pink", "gold"]
    pictures = dict(picture(tmp_path, colour) for colour in colours)
    requests = [Request(prompt=f"{i}?", images=(name,)) for i in range(4) for name in pictures]
    put(tmp_path, stubs[0], requests, base_urls=urls)
    seen = [
        {body["messages"][0]["content"][0]["image_url"]["url"] for body in stub.bodies}
        for stub in stubs
    ]
    assert sum(map(len, seen)) == len(pictures)
    assert sum(bool(urls) for urls in seen) > 1


def test_a_request_that_gets_no_answer_goes_to_the_next_address(tmp_path: Path, stub: Stub) -> None:
    urls = ("http://127.0.0.1:9/v1", stub.url)
    for i in range(8):
        [outcome] = put(tmp_path, stub, [Request(prompt=str(i))], base_urls=urls, max_attempts=2)
        assert isinstance(outcome, Completion)


def test_an_address_that_is_down_does_not_take_its_share_with_it(
    tmp_path: Path, make_stub: Callable[[], Stub]
) -> None:
    stubs = [make_stub() for _ in range(3)]
    for stub in stubs[1:]:
        stub.reply = lambda *_: stubs[0].answer("x")
    stubs[0].reply = lambda *_: stubs[0].dropped()
    urls = tuple(stub.url for stub in stubs)
    requests = [Request(prompt=str(i)) for i in range(60)]
    few = {"max_attempts": 2, "concurrency": 1}
    outcomes = put(tmp_path, stubs[0], requests, base_urls=urls, **few)
    assert all(isinstance(o, Completion) for o in outcomes)
    assert 1 <= len(stubs[0].bodies) <= 5
    assert [len(stub.bodies) > 15 for stub in stubs[1:]] == [True, True]


def test_an_address_that_came_back_is_asked_again(
    tmp_path: Path, make_stub: Callable[[], Stub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_ABSENCE", (0.02, 0.05))
    ill, well = make_stub(), make_stub()
    ill.reply = lambda *_: ill.dropped() if len(ill.bodies) < 6 else ill.answer("x")
    well.reply = lambda *_: (time.sleep(0.005), well.answer("x"))[1]
    requests = [Request(prompt=str(i)) for i in range(120)]
    outcomes = put(tmp_path, ill, requests, base_urls=(ill.url, well.url), concurrency=4)
    assert all(isinstance(o, Completion) for o in outcomes)
    assert len(ill.bodies) > 15


def test_finished_calls_are_never_sent_again(tmp_path: Path, stub: Stub) -> None:
    requests = [Request(prompt=str(i)) for i in range(20)]
    stub.reply = lambda _, body: (
        stub.error(400, "the prompt is too long")
        if "7" in str(body["messages"])
        else stub.answer("x")
    )
    put(tmp_path, stub, requests)
    sent = len(stub.bodies)
    put(tmp_path, stub, requests)
    assert len(stub.bodies) == sent


def test_truncation_and_reasoning(tmp_path: Path, stub: Stub) -> None:
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
    assert "openai" in {record.name.split(".")[0] for record in caplog.records}


def test_a_short_key_is_no_secret_and_stays_in_answers(
    tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_KEY", "none")
    stub.reply = lambda *_: stub.answer("none of them")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")], api_key_env="STUB_KEY")
    assert isinstance(outcome, Completion)
    assert outcome.text == "none of them"


@pytest.mark.parametrize("key", ["sk-canary\n", "sk canary", "sk-canary…"])
def test_a_key_that_no_header_can_carry(
    tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("STUB_KEY", key)
    with pytest.raises(ConfigError, match="with the bare key") as raised:
        put(tmp_path, stub, [], api_key_env="STUB_KEY")
    assert "canary" not in str(raised.value)


def test_a_key_that_is_not_set(tmp_path: Path, stub: Stub) -> None:
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
def test_what_is_no_address(tmp_path: Path, stub: Stub, url: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        put(tmp_path, stub, [], base_urls=(stub.url, url))
    assert says in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("setting", "value"), [("min_pixels", 1), ("max_pixels", 9), ("chat_template", "a.jinja")]
)
def test_what_the_server_decides_is_refused(
    tmp_path: Path, stub: Stub, setting: str, value: Any
) -> None:
    with pytest.raises(ConfigError, match=rf"model\.{setting}.*server is started.*vllm_server"):
        put(tmp_path, stub, [], **{setting: value})


def test_missing_settings(tmp_path: Path, stub: Stub) -> None:
    with pytest.raises(ConfigError, match=r"Set model.base_urls"):
        put(tmp_path, stub, [], base_urls=())


def test_a_server_that_is_down(tmp_path: Path, stub: Stub) -> None:
    requests = [Request(prompt=str(i)) for i in range(30)]
    down = ("http://127.0.0.1:9/v1",)
    with pytest.raises(StageError, match="Start the server"):
        put(tmp_path, stub, requests, base_urls=down, max_attempts=1)


def test_abilities_are_probed_once_and_generating_goes_on(tmp_path: Path, stub: Stub) -> None:
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
