"""A client of the endpoint of tests/blindspot/conftest.py, and a small server in place of vLLM."""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core import chat, orphans, serving
from blindspot.core.asking import ask
from blindspot.core.images import ImageStore, encode
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, open_model
from blindspot.core.records import Completion, Failure, Outcome

Stub = Any
"""The server of `tests/blindspot/conftest.py`."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "DELAYS", (0.001, 30.0))


def _chosen(stub: Stub, **settings: Any) -> ModelSettings:
    merged = {"base_urls": (stub.url,), "model": "m", "max_attempts": 3, **settings}
    return ModelSettings(backend="openai_api", **merged)


def _put(tmp_path: Path, stub: Stub, requests: list[Request], **settings: Any) -> list[Outcome]:
    model = open_model(_chosen(stub, **settings), ImageStore(tmp_path / "i"))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    try:
        return ask(model, requests, ledger)
    finally:
        ledger.close()


@pytest.fixture
def chosen() -> Callable[..., ModelSettings]:
    """Settings of a model behind the stub."""
    return _chosen


@pytest.fixture
def put() -> Callable[..., list[Outcome]]:
    """What came of requests to the stub, through a ledger."""
    return _put


@pytest.fixture
def failure() -> Callable[..., Failure]:
    """What came of one request that must fail."""

    def failed(tmp_path: Path, stub: Stub, **settings: Any) -> Failure:
        [outcome] = _put(tmp_path, stub, [Request(prompt="a")], **settings)
        assert isinstance(outcome, Failure)
        return outcome

    return failed


@pytest.fixture
def picture() -> Callable[[Path, str], tuple[str, str]]:
    """A picture's name in the store, and how it is sent."""

    def stored(tmp_path: Path, colour: str) -> tuple[str, str]:
        data = encode(Image.new("RGB", (4, 4), colour))
        url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        return ImageStore(tmp_path / "i").put(data), url

    return stored


FAKE = """
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

mode, arguments, here = sys.argv[1], sys.argv[2:], Path(__file__).parent
options = dict(zip(arguments[1::2], arguments[2::2]))
with (here / "starts.jsonl").open("a") as file:
    key = os.environ.get("VLLM_API_KEY", "")
    file.write(json.dumps({"pid": os.getpid(), "arguments": arguments, "key": key}) + chr(10))
if mode == "dies_at_start":
    print("INFO loading")
    print("(EngineCore pid=7) ERROR 11-21 03:25:32 [core.py:7] ValueError: no room for the cache")
    print("RuntimeError: Engine core initialization failed. See root cause above.")
    sys.exit(3)
left = int(mode.removeprefix("dies_after_")) if mode.startswith("dies_after_") else -1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(503 if mode == "never_healthy" else 200, {})

    def do_POST(self):
        global left
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if left == 0:
            print("EngineDeadError: the engine is dead", flush=True)
            os._exit(1)
        left -= 1
        with (here / "bodies.jsonl").open("a") as file:
            file.write(json.dumps(body) + chr(10))
        choice = {"index": 0, "finish_reason": "stop", "message": {"content": "red"}}
        self.reply(200, {"id": "x", "choices": [choice], "usage": {"completion_tokens": 1}})

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        pass


print("serving", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(options["--port"])), Handler).serve_forever()
"""


class Fake:
    """A checkpoint, a server for it, and what the server saw."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images = ImageStore(root / "run" / "images")
        self.script = root / "fake.py"
        self.script.write_text(FAKE)
        self.checkpoint = root / "tiny"
        self.checkpoint.mkdir()
        (self.checkpoint / "config.json").write_text("{}")
        (self.checkpoint / "model.safetensors").write_bytes(b"weights")

    def settings(self, mode: str = "healthy", **changes: Any) -> ModelSettings:
        given: dict[str, Any] = {
            "backend": "vllm_server",
            "checkpoint": str(self.checkpoint),
            "server_command": (sys.executable, str(self.script), mode),
            "max_attempts": 2,
            "concurrency": 4,
            "start_timeout": 20.0,
        }
        return ModelSettings(**given | changes)

    def ask(self, settings: ModelSettings, count: int = 1) -> list[Outcome]:
        requests = [Request(prompt=str(i)) for i in range(count)]
        ledger = Ledger(self.root / "run" / "ledger.sqlite")
        return ask(open_model(settings, self.images), requests, ledger)

    def lines(self, name: str) -> list[dict[str, Any]]:
        file = self.root / f"{name}.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def texts(self, outcomes: Sequence[Outcome]) -> list[str]:
        """Texts, or the causes of failures."""
        return [o.text if isinstance(o, Completion) else o.kind for o in outcomes]

    def lives(self, pid: int) -> bool:
        """Whether the process runs."""
        return bool(orphans.born(pid))

    @property
    def pids(self) -> list[int]:
        return [line["pid"] for line in self.lines("starts")]

    @property
    def log(self) -> str:
        return (self.root / "run" / "vllm_server.log").read_text()

    @property
    def record(self) -> Path:
        return self.root / "run" / "vllm_server.json"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(chat, "DELAYS", (0.01, 30.0))
    monkeypatch.setattr(serving, "_POLL", 0.02)
    monkeypatch.setenv("no_proxy", os.environ.get("no_proxy", ""))
    yield Fake(tmp_path)
    for server in serving._servers.values():
        server.stop()
    serving._servers.clear()
    serving._standing.clear()
