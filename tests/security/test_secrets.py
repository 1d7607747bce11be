"""Keys and passwords of endpoints: in no file of a run, on no terminal, in no page.

The other tests of keys stand with what they test; `docs/security.md` names them.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.images import encode

KEY = 'sk-canary/0123456789+"abc&defgh'
FORMS = {
    "as it is": KEY,
    "in JSON": json.dumps(KEY)[1:-1],
    "in an address": quote(KEY, safe=""),
    "in HTML": KEY.replace("&", "&amp;").replace('"', "&#34;"),
}
PASSWORD = "hunter2-canary-0123456789"
COMMAND = [sys.executable, "-c", "from blindspot.cli import main; main()"]


@dataclass
class Server:
    """It repeats the key that it is sent, wherever it can."""

    url: str = ""
    status: int = 200
    keys: set[str] = field(default_factory=set)

    def answer(self, key: str) -> dict[str, Any]:
        if self.status != 200:
            return {"error": {"message": f"Incorrect API key provided: {key}", "code": key}}
        message = {"content": f"red {key}", "reasoning_content": f"my key is {key}"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 7, "completion_tokens": 2}
        return {"model": key, "choices": [choice], "usage": usage}


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            key = self.headers["authorization"].removeprefix("Bearer ")
            one.keys.add(key)
            data = json.dumps(one.answer(key)).encode()
            self.send_response(one.status)
            self.send_header("content-type", "application/json")
            self.send_header("x-request-id", key)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    one.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield one
    http.shutdown()
    thread.join()
    http.server_close()


def config(folder: Path, url: str) -> Path:
    """Six questions, and the same endpoint as its judge."""
    rows = [
        {
            "id": f"s{i}",
            "question": f"q{i}",
            "target": "red",
            "image": {"bytes": encode(Image.new("RGB", (4, 4), (i, 0, 0))), "path": None},
        }
        for i in range(6)
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "b.parquet")
    path = folder / "config.toml"
    path.write_text(
        'name = "mine"\n[model]\nbackend = "openai_api"\nmodel = "m"\n'
        f'base_urls = ["{url}"]\napi_key_env = "CANARY"\nmax_attempts = 1\n'
        '[[evaluation.benchmarks]]\nname = "b"\npath = "b.parquet"\n'
    )
    return path


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """A command with the key in its environment, and all logs that a user can switch on."""
    debug = {"OPENAI_LOG": "debug", "PYTHONFAULTHANDLER": "1"}
    environment = os.environ | debug | {"CANARY": KEY}
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def leaks(folder: Path, *done: "subprocess.CompletedProcess[str]") -> list[str]:
    """Where a form of the key stands."""
    texts = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for number, each in enumerate(done):
        texts |= {
            f"stdout {number}": each.stdout.encode(),
            f"stderr {number}": each.stderr.encode(),
        }
    return [
        f"{name}: {form}"
        for name, text in texts.items()
        for form, key in FORMS.items()
        if key.encode() in text
    ]


@pytest.mark.parametrize("status", [200, 401])
def test_a_key_is_in_no_file_and_on_no_terminal(
    tmp_path: Path, server: Server, status: int
) -> None:
    """Evaluated, diagnosed and shown: the page is made of what the earlier steps wrote."""
    server.status = status
    path, out = config(tmp_path, server.url), tmp_path / "run"
    done = [run("evaluate", path, "--out", out)]
    assert server.keys == {KEY}
    assert "Traceback" not in done[0].stderr
    if status == 200:
        assert done[0].returncode == 0, done[0].stderr
        done += [run("diagnose", out), run("report", out)]
        assert (out / "round-0" / "report.html").is_file(), done[-1].stderr
    assert not leaks(tmp_path, *done)


def test_a_secret_in_an_address_is_refused_and_not_shown(tmp_path: Path, server: Server) -> None:
    host = server.url.removeprefix("http://").removesuffix("/v1")
    path = config(tmp_path, f"http://user:{PASSWORD}@{host}/v1?key={PASSWORD}")
    done = run("evaluate", path, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "Put the key into an environment variable" in done.stderr
    assert not server.keys
    written = [p for p in (tmp_path / "run").rglob("*") if p.is_file()]
    assert not [p.name for p in written if PASSWORD.encode() in p.read_bytes()]
    assert PASSWORD not in done.stdout + done.stderr
