"""The command line in this process, and an endpoint that misbehaves as real ones do."""

import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot import cli
from blindspot.core.images import encode

Reply = tuple[int, dict[str, Any] | str, dict[str, str]]


@dataclass
class Stub:
    """What the server saw, and how it answers: which sending of this body, and the body → status,
    answer, headers. Status 0 closes the connection without a word.
    """

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    most: int = 0
    reply: Callable[[int, dict[str, Any]], Reply] = lambda attempt, body: Stub.answer("red")
    ended: threading.Event = field(default_factory=threading.Event)

    @staticmethod
    def answer(text: str | None, finish: str | None = "stop", **message: Any) -> Reply:
        """A chat completion."""
        choice = {
            "index": 0,
            "finish_reason": finish,
            "message": {"role": "assistant", "content": text, **message},
        }
        usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
        body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
        return 200, body | {"choices": [choice], "usage": usage}, {}

    @staticmethod
    def error(status: int, message: str = "no", **headers: str) -> Reply:
        """An error as OpenAI words it."""
        return status, {"error": {"message": message}}, headers

    @staticmethod
    def dropped() -> Reply:
        """The connection closes instead of an answer."""
        return 0, {}, {}

    @staticmethod
    def cut() -> Reply:
        """Half of an answer, and the connection closes."""
        return 200, '{"choices": [{"mess', {"content_length": "1000"}

    def never(self) -> Reply:
        """Nothing, until the test is over."""
        self.ended.wait(30)
        return self.dropped()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """As many connect at once; the default of 5 makes the others wait for seconds."""


@contextmanager
def _serving() -> Iterator[Stub]:
    seen: Counter[str] = Counter()
    state = Stub()
    lock = threading.Lock()
    now = 0

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal now
            sent = self.rfile.read(int(self.headers["content-length"]))
            if not sent:
                return  # whoever asked was stopped
            body = json.loads(sent)
            with lock:
                now += 1
                state.most = max(state.most, now)
                seen[key := json.dumps(body, sort_keys=True)] += 1
                state.bodies.append(body)
                state.times.append(time.monotonic())
                state.keys.add(self.headers["authorization"])
                attempt = seen[key]
            reply = state.reply(attempt, body)
            with lock:
                now -= 1
            with suppress(BrokenPipeError, ConnectionResetError):
                self._write(*reply)

        def _write(self, status: int, answer: dict[str, Any] | str, headers: dict[str, str]):
            if not status:
                return
            data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            kind = "application/json" if isinstance(answer, dict) else "text/html"
            self.send_response(status)
            defaults = {"content-length": str(len(data)), "content-type": kind}
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in (defaults | sent).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None: ...

    server = _Server(("127.0.0.1", 0), Handler)
    poll = {"poll_interval": 0.01}
    threading.Thread(target=server.serve_forever, kwargs=poll, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def make_stub() -> Iterator[Callable[[], Stub]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(_serving())


@pytest.fixture
def stub(make_stub: Callable[[], Stub]) -> Stub:
    return make_stub()


@contextmanager
def _signals_as_they_were() -> Iterator[None]:
    """What the command line blocks and handles, it does for the whole process and its children."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    handlers = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in handlers.items():
            signal.signal(kind, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@pytest.fixture
def blindspot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command in this process: exit code, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["blindspot", *map(str, arguments)])
        try:
            with _signals_as_they_were():
                cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def asks() -> Callable[[Path, int], None]:
    """Writes a benchmark: shape and colour in turn, every target "red"."""

    def write(path: Path, count: int) -> None:
        rows = [
            {
                "id": f"s{i}",
                "question": f"q{i}",
                "target": "red",
                "image": {"bytes": encode(Image.new("RGB", (4, 4), (i, 0, 0))), "path": None},
                "capability": "color" if i % 2 else "shape",
                "image_type": "geometric",
            }
            for i in range(count)
        ]
        pq.write_table(pa.Table.from_pylist(rows), path)

    return write


@pytest.fixture
def config(asks: Callable[[Path, int], None], tmp_path: Path) -> Path:
    """A config whose model is a file of recorded answers, half of them right."""
    asks(tmp_path / "b.parquet", 120)
    answers = [{"prompt": f"q{i}", "text": "red" if i % 2 else "blue"} for i in range(120)]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, answers)))
    path = tmp_path / "config.toml"
    path.write_text(
        'name = "mine"\n[model]\nbackend = "replay"\ncheckpoint = "answers.jsonl"\n'
        '[[evaluation.benchmarks]]\nname = "b"\npath = "b.parquet"\n[diagnosis]\nbudget = 40\n'
        "[[generation.sources]]\nsize = 48\n"
    )
    return path
