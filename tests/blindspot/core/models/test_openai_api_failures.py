"""The client against servers on this machine that misbehave as real ones do."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core import throttle
from blindspot.core.errors import StageError
from blindspot.core.images import ImageStore
from blindspot.core.model import Request, open_model
from blindspot.core.records import Completion, Failure

Stub = Any
"""The server of conftest.py."""


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_transient_failures_are_tried_again(
    put: Any, tmp_path: Path, stub: Stub, status: int
) -> None:
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
        (lambda s: s.cut(), "connection", 3, True, "not completed"),
        (lambda s: s.dropped(), "connection", 3, True, "disconnected"),
        (lambda s: s.answer("re", "abort"), "server", 3, True, "broken off"),
    ],
)
def test_a_failure_is_data_with_a_cause(
    put: Any,
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


def test_a_server_that_never_answers(failure: Any, tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: stub.never()
    outcome = failure(tmp_path, stub, timeout=0.2, max_attempts=2)
    assert (outcome.kind, outcome.retryable) == ("timeout", True)
    assert len(stub.bodies) == 2


def test_a_missing_model_is_named_with_its_address(
    failure: Any, tmp_path: Path, stub: Stub
) -> None:
    stub.reply = lambda *_: stub.error(404, "It does not exist.")
    said = f"{stub.url} answered 404 for the model 'm': It does not exist."
    assert failure(tmp_path, stub).message == said


def test_a_context_overflow_keeps_its_message(failure: Any, tmp_path: Path, stub: Stub) -> None:
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
    failure: Any, tmp_path: Path, stub: Stub, reply: Callable[[Stub], Any], field: str
) -> None:
    stub.reply = lambda *_: reply(stub)
    outcome = failure(tmp_path, stub)
    assert outcome.kind == "request"
    assert f"refuses the field {field}" in outcome.message
    assert len(stub.bodies) == 1


def test_retry_after_holds_every_request_to_that_address(
    put: Any, tmp_path: Path, stub: Stub
) -> None:
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


def test_a_server_that_pushes_back_is_asked_less_at_once(
    put: Any, tmp_path: Path, stub: Stub
) -> None:
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
    chosen: Any, put: Any, tmp_path: Path, make_stub: Callable[[], Stub]
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
    put: Any, picture: Any, tmp_path: Path, make_stub: Callable[[], Stub]
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


def test_a_request_that_gets_no_answer_goes_to_the_next_address(
    put: Any, tmp_path: Path, stub: Stub
) -> None:
    urls = ("http://127.0.0.1:9/v1", stub.url)
    for i in range(8):
        [outcome] = put(tmp_path, stub, [Request(prompt=str(i))], base_urls=urls, max_attempts=2)
        assert isinstance(outcome, Completion)


def test_an_address_that_is_down_does_not_take_its_share_with_it(
    put: Any, tmp_path: Path, make_stub: Callable[[], Stub]
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
    put: Any, tmp_path: Path, make_stub: Callable[[], Stub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_ABSENCE", (0.02, 0.05))
    ill, well = make_stub(), make_stub()
    ill.reply = lambda *_: ill.dropped() if len(ill.bodies) < 6 else ill.answer("x")
    well.reply = lambda *_: (time.sleep(0.005), well.answer("x"))[1]
    requests = [Request(prompt=str(i)) for i in range(120)]
    outcomes = put(tmp_path, ill, requests, base_urls=(ill.url, well.url), concurrency=4)
    assert all(isinstance(o, Completion) for o in outcomes)
    assert len(ill.bodies) > 15


def test_finished_calls_are_never_sent_again(put: Any, tmp_path: Path, stub: Stub) -> None:
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


def test_a_server_that_is_down(put: Any, tmp_path: Path, stub: Stub) -> None:
    requests = [Request(prompt=str(i)) for i in range(30)]
    down = ("http://127.0.0.1:9/v1",)
    with pytest.raises(StageError, match="Start the server"):
        put(tmp_path, stub, requests, base_urls=down, max_attempts=1)
