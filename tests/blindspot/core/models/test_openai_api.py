"""The client against a server on this machine that misbehaves as real ones do."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.images import ImageStore, encode
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, Sampling, open_model
from blindspot.core.models import openai_api
from blindspot.core.records import Completion, Failure, Outcome

Reply = tuple[int, dict[str, Any], dict[str, str]]


@dataclass
class Stub:
    """What the server saw, and how it answers: attempt number and body → status, body, headers."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    reply: Callable[[int, dict[str, Any]], Reply] = lambda attempt, body: answer("red")


def answer(text: str, finish: str = "stop", **message: str) -> Reply:
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": text, **message},
    }
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
    return 200, body | {"choices": [choice], "usage": usage}, {}


def error(status: int, message: str = "no", **headers: str) -> Reply:
    return status, {"error": {"message": message}}, headers


@pytest.fixture
def stub() -> Iterator[Stub]:
    seen: Counter[str] = Counter()
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            key = json.dumps(body, sort_keys=True)
            seen[key] += 1
            state.bodies.append(body)
            state.keys.add(self.headers["authorization"])
            status, reply, headers = state.reply(seen[key], body)
            data = json.dumps(reply).encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(data))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "_BASE_DELAY", 0.001)


def put(tmp_path: Path, stub: Stub, requests: list[Request], **settings: Any) -> list[Outcome]:
    merged = {"base_urls": (stub.url,), "model": "m", "max_attempts": 3, **settings}
    model = open_model(ModelSettings(backend="openai_api", **merged), ImageStore(tmp_path / "i"))
    return ask(model, requests, Ledger(tmp_path / "ledger.sqlite"))


def test_what_is_sent_and_what_comes_back(tmp_path: Path, stub: Stub) -> None:
    data = encode(Image.new("RGB", (4, 4), "red"))
    name = ImageStore(tmp_path / "i").put(data)
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=5, seed=3, stop=("\n",))
    request = Request(prompt="What?", images=(name,), system="Be brief", sampling=sampling)
    [outcome] = put(tmp_path, stub, [request.model_copy(update={"repeat": 2})])
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.usage.prompt_tokens) == ("red", 7)
    [body] = stub.bodies
    sent = {k: body[k] for k in ("temperature", "top_p", "max_tokens", "seed", "stop")}
    assert sent == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 5,
        "seed": 5,
        "stop": ["\n"],
    }
    system, user = body["messages"]
    assert system == {"role": "system", "content": "Be brief"}
    url = user["content"][0]["image_url"]["url"]
    assert base64.b64decode(url.removeprefix("data:image/png;base64,")) == data
    assert user["content"][1] == {"type": "text", "text": "What?"}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_transient_failures_are_tried_again(tmp_path: Path, stub: Stub, status: int) -> None:
    stub.reply = lambda attempt, body: error(status) if attempt == 1 else answer("red")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")])
    assert isinstance(outcome, Completion)
    assert len(stub.bodies) == 2


@pytest.mark.parametrize(
    ("status", "kind", "attempts", "retryable"),
    [(400, "request", 1, False), (401, "auth", 1, True), (429, "rate_limit", 3, True)],
)
def test_a_failure_is_data_with_a_cause(
    tmp_path: Path, stub: Stub, status: int, kind: str, attempts: int, retryable: bool
) -> None:
    stub.reply = lambda _, body: error(status) if "bad" in str(body) else answer("red")
    outcome = put(tmp_path, stub, [Request(prompt="good"), Request(prompt="bad")])[1]
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.retryable) == (kind, retryable)
    assert sum("bad" in str(body) for body in stub.bodies) == attempts


def test_retry_after_is_obeyed() -> None:
    class Slow(openai_api.openai.OpenAIError):
        response = SimpleNamespace(headers={"retry-after": "2.5"})

    assert openai_api._delay(Slow(), 1) == 2.5


def test_finished_calls_are_never_sent_again(tmp_path: Path, stub: Stub) -> None:
    requests = [Request(prompt=str(i)) for i in range(20)]
    stub.reply = lambda _, body: error(400) if "7" in str(body["messages"]) else answer("x")
    put(tmp_path, stub, requests)
    sent = len(stub.bodies)
    put(tmp_path, stub, requests)
    assert len(stub.bodies) == sent


def test_truncation_and_reasoning(tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: answer("<think>hm</think>re", "length")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")])
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.reasoning, outcome.finish_reason) == ("re", "hm", "length")


def test_an_answer_without_choices_is_the_servers_failure(tmp_path: Path, stub: Stub) -> None:
    stub.reply = lambda *_: (200, {"id": "x", "choices": []}, {})
    [outcome] = put(tmp_path, stub, [Request(prompt="a")])
    assert isinstance(outcome, Failure)
    assert outcome.kind == "server"


def test_keys_come_from_the_environment_and_stay_out_of_messages(
    tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_KEY", "sk-canary-123")
    stub.reply = lambda *_: error(400, "bad key sk-canary-123")
    [outcome] = put(tmp_path, stub, [Request(prompt="a")], api_key_env="STUB_KEY")
    assert stub.keys == {"Bearer sk-canary-123"}
    assert isinstance(outcome, Failure)
    assert "canary" not in outcome.message
    assert b"canary" not in (tmp_path / "ledger.sqlite").read_bytes()


def test_a_key_that_is_not_set(tmp_path: Path, stub: Stub) -> None:
    with pytest.raises(ConfigError, match="export STUB_KEY_UNSET"):
        put(tmp_path, stub, [], api_key_env="STUB_KEY_UNSET")


def test_missing_settings(tmp_path: Path, stub: Stub) -> None:
    with pytest.raises(ConfigError, match=r"Set model.base_urls"):
        put(tmp_path, stub, [], base_urls=())


def test_a_server_that_is_down(tmp_path: Path) -> None:
    requests = [Request(prompt=str(i)) for i in range(30)]
    down = Stub(url="http://127.0.0.1:9/v1")
    with pytest.raises(StageError, match="Start the server"):
        put(tmp_path, down, requests, max_attempts=1)
