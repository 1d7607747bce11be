"""The supervision of a server, against a small one that behaves, dies or keeps silent as vLLM
may.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from blindspot.core import orphans, serving
from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, DataError, StageError
from blindspot.core.images import ImageStore
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, fingerprint, open_model
from blindspot.core.models import openai_api
from blindspot.core.records import Completion, Failure, Outcome

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
    monkeypatch.setattr(openai_api, "_BASE_DELAY", 0.01)
    monkeypatch.setattr(serving, "_POLL", 0.02)
    monkeypatch.setenv("no_proxy", os.environ.get("no_proxy", ""))
    yield Fake(tmp_path)
    for server in serving._servers.values():
        server.stop()
    serving._servers.clear()
    serving._standing.clear()


def texts(outcomes: Sequence[Outcome]) -> list[str]:
    return [o.text if isinstance(o, Completion) else o.kind for o in outcomes]


def lives(pid: int) -> bool:
    return bool(orphans.born(pid))


def test_what_the_server_is_started_with(fake: Fake) -> None:
    template = fake.root / "template.jinja"
    template.write_text("{{ messages }}")
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    settings = fake.settings(
        dtype="bfloat16",
        tensor_parallel=2,
        data_parallel=3,
        min_pixels=100,
        max_pixels=900,
        chat_template=str(template),
        template_arguments={"enable_thinking": False},
        server_arguments=("--max-model-len", "32768"),
    )
    assert texts(fake.ask(settings)) == ["red"]
    [start], [body] = fake.lines("starts"), fake.lines("bodies")
    checkpoint, *pairs = start["arguments"]
    options = dict(zip(pairs[::2], pairs[1::2], strict=True))
    assert checkpoint == str(fake.checkpoint)
    assert json.loads(options.pop("--mm-processor-kwargs")) == {
        "min_pixels": 100,
        "max_pixels": 900,
    }
    assert int(options.pop("--port")) > 0
    name = options.pop("--served-model-name")
    assert body["model"] == name
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert options == {
        "--host": "127.0.0.1",
        "--dtype": "bfloat16",
        "--tensor-parallel-size": "2",
        "--data-parallel-size": "3",
        "--chat-template": str(template),
        "--max-model-len": "32768",
    }


def test_the_server_survives_a_rest_and_serves_the_next_stage(fake: Fake) -> None:
    settings = fake.settings()
    assert texts(fake.ask(settings, 3)) == ["red"] * 3
    assert texts(fake.ask(settings, 6)) == ["red"] * 6
    [pid] = fake.pids
    assert lives(pid)
    assert json.loads(fake.record.read_text())["pid"] == pid
    serving._servers.popitem()[1].stop()
    assert not lives(pid)
    assert not fake.record.exists()


def test_what_the_ledger_knows_starts_no_server(fake: Fake) -> None:
    fake.ask(fake.settings(), 3)
    for server in serving._servers.values():
        server.stop()
    fake.ask(fake.settings(), 3)
    assert len(fake.pids) == 1


def test_another_model_takes_the_place(fake: Fake) -> None:
    fake.ask(fake.settings(), 2)
    fake.ask(fake.settings(dtype="bfloat16"), 2)
    first, second = fake.pids
    assert (lives(first), lives(second)) == (False, True)


def test_a_server_that_dies_at_its_start(fake: Fake) -> None:
    with pytest.raises(StageError, match="ended while starting") as caught:
        fake.ask(fake.settings("dies_at_start"), 5)
    assert "ValueError: no room for the cache" in caught.value.why
    assert "root cause above" not in caught.value.why
    assert str(fake.root / "run" / "vllm_server.log") in caught.value.way_out
    assert len(fake.pids) == 1
    assert not fake.record.exists()


def test_a_server_that_never_gets_healthy(fake: Fake) -> None:
    with pytest.raises(StageError, match=r"not healthy after 0.5 s"):
        fake.ask(fake.settings("never_healthy", start_timeout=0.5), 5)
    assert fake.log.count("vllm_server: ") == 1
    assert not any(map(lives, fake.pids))
    assert not fake.record.exists()


def test_a_server_that_dies_is_started_again_and_asked_again(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_3", concurrency=1), 8)
    assert texts(outcomes) == ["red"] * 8
    assert len(fake.pids) == 3
    assert "EngineDeadError" in fake.log


def test_a_server_that_keeps_dying(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_1", concurrency=1), 8)
    answered = 1 + serving.MAX_RESTARTS
    assert texts(outcomes) == ["red"] * answered + ["connection"] * (8 - answered)
    assert isinstance(outcomes[-1], Failure)
    assert "EngineDeadError: the engine is dead" in outcomes[-1].message
    assert outcomes[-1].retryable


def test_many_at_once_start_one_server(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_20", concurrency=16), 64)
    assert texts(outcomes) == ["red"] * 64
    assert len(fake.pids) <= 1 + serving.MAX_RESTARTS


CHILD = """
import asyncio, os, sys
from blindspot.core.serving import Launch, server
from pathlib import Path

run, *command = sys.argv[1:]
launch = Launch(
    name="vllm_server",
    identity="x",
    command=lambda port: [*command, "tiny", "--port", str(port)],
    environment=os.environ,
    timeout=20,
)
assert asyncio.run(server(launch, Path(run)).ready())
print("serves", flush=True)
sys.stdin.read()
"""


def child(fake: Fake) -> "subprocess.Popen[str]":
    """A process of its own that has a server and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, fake.root / "run", *fake.settings().server_command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "serves\n"
    return process


def test_the_server_of_a_killed_run_is_stopped_at_the_next_start(
    fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    with child(fake) as killed:
        killed.send_signal(signal.SIGKILL)
    [orphan] = fake.pids
    assert lives(orphan)
    assert texts(fake.ask(fake.settings())) == ["red"]
    assert not lives(orphan)
    assert f"a killed run left, process {orphan}" in capsys.readouterr().err
    assert json.loads(fake.record.read_text())["pid"] == fake.pids[1]


@pytest.mark.parametrize("number", [signal.SIGINT, None])
def test_the_server_ends_with_the_process(fake: Fake, number: signal.Signals | None) -> None:
    with child(fake) as process:
        if number is not None:
            process.send_signal(number)
    [pid] = fake.pids
    assert not lives(pid)
    assert not fake.record.exists()


def test_the_server_of_a_living_process_is_left_alone(fake: Fake) -> None:
    with child(fake) as process:
        with pytest.raises(StageError, match=f"the process {process.pid} has one running"):
            fake.ask(fake.settings())
        [pid] = fake.pids
        assert lives(pid)


@pytest.mark.parametrize("change", [{"born": "another boot/1"}, {"pid": 2**22 + 1}, {"born": ""}])
def test_a_process_that_was_not_noted_is_never_killed(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    note = tmp_path / "server.json"
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        orphans.note(note, other.pid, 1)
        noted = json.loads(note.read_text()) | {"owner": 2**22 + 2}
        note.write_text(json.dumps(noted | change))
        orphans.clear(note, "a server")
        assert other.poll() is None
        assert not note.exists()
        other.kill()


def test_no_proxy_stands_between(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert texts(fake.ask(fake.settings())) == ["red"]


def test_the_key_reaches_the_server_and_no_file(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_KEY", "sk-canary-123")
    fake.ask(fake.settings(api_key_env="SERVER_KEY"))
    assert [line["key"] for line in fake.lines("starts")] == ["sk-canary-123"]
    kept = [p.read_bytes() for p in (fake.root / "run").rglob("*") if p.is_file()]
    assert len(kept) >= 3
    assert not any(b"canary" in data for data in kept)


def test_a_key_of_the_environment_that_nobody_sends_is_kept_from_the_server(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-canary-123")
    fake.ask(fake.settings())
    assert [line["key"] for line in fake.lines("starts")] == [""]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"server_command": ()}, r"model.server_command: empty"),
        ({"server_command": ("no-vllm-here", "serve")}, "Install vLLM in an environment"),
        ({"server_arguments": ("--port", "8000")}, "blindspot chooses the address"),
        ({"server_arguments": ("--api-key=sk-1",)}, "--api-key: the key would stand in the config"),
        ({"server_arguments": ("--tensor_parallel_size", "2")}, r"model.tensor_parallel says it"),
        ({"chat_template": "nowhere.jinja"}, "there is no such file"),
        ({"max_pixels": 100}, "knows no limits in pixels"),
        ({"min_pixels": 9, "max_pixels": 4}, r"9 is more than model.max_pixels, 4"),
        ({"api_key_env": "SERVER_KEY_UNSET"}, "export SERVER_KEY_UNSET"),
    ],
)
def test_mistakes_in_the_settings(fake: Fake, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        fingerprint(fake.settings(**change))
    assert "sk-1" not in str(caught.value)
    assert not fake.pids


def test_an_argument_beside_pixel_limits_that_would_undo_them(fake: Fake) -> None:
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    arguments = ("--mm-processor-kwargs", "{}")
    fingerprint(fake.settings(server_arguments=arguments))
    with pytest.raises(ConfigError, match=r"model.max_pixels say it"):
        fingerprint(fake.settings(server_arguments=arguments, max_pixels=900))


def test_a_missing_checkpoint(fake: Fake) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        fingerprint(fake.settings(checkpoint="./nowhere"))


def test_the_fingerprint_is_of_what_decides_answers(fake: Fake) -> None:
    template = fake.root / "template.jinja"
    template.write_text("{{ messages }}")
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    changes: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"tensor_parallel": 2},
        {"server_arguments": ("--max-model-len", "64")},
        {"min_pixels": 4},
        {"max_pixels": 4},
        {"chat_template": str(template)},
        {"template_arguments": {"enable_thinking": True}},
        {"template_arguments": {"enable_thinking": False}},
        {"reply_schemas": False},
        {"backend": "transformers_local"},
    ]
    prints = [fingerprint(fake.settings(**change)) for change in changes]
    template.write_text("{{ messages }} ")
    prints.append(fingerprint(fake.settings(chat_template=str(template))))
    assert len(set(prints)) == len(prints)
    same = fake.settings("dies_at_start", data_parallel=2, start_timeout=9.0, concurrency=9)
    assert fingerprint(same) == prints[0]


def test_abilities_come_from_the_server(fake: Fake) -> None:
    model = open_model(fake.settings(), fake.images)

    async def probe() -> dict[str, Any]:
        try:
            return await model.abilities()
        finally:
            await model.rest()

    assert asyncio.run(probe())
    assert len(fake.pids) == 1
