"""Edits by a model, against a server on this machine that is slow, rude and lying in turn."""

import base64
import email.parser
import email.policy
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core import chat
from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.images import encode
from blindspot.core.model import Model, Request
from blindspot.core.purse import Account, Bill, Purse
from blindspot.core.records import Failure, Outcome
from blindspot.core.run_folder import RunFolder
from generation import repainting
from generation.gates.safe_decode import unsafe
from generation.repaint import RepaintSettings, fingerprint
from generation.repainting import repainted

NIGHT = encode(Image.new("RGB", (24, 24), "black"))
Answer = tuple[int, dict[str, str], bytes]


def sends(data: bytes) -> Answer:
    body = {"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}]}
    return 200, {}, json.dumps(body).encode()


def says(status: int, body: Any, **headers: str) -> Answer:
    return status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()


@dataclass
class Server:
    """What it was asked, and how it answers: the fields of the form decide."""

    rule: Callable[[dict[str, Any]], Answer] = lambda form: sends(NIGHT)
    forms: list[dict[str, Any]] = field(default_factory=list)
    gets: int = 0
    url: str = ""

    def answer(self, form: dict[str, Any]) -> Answer:
        self.forms.append(form)
        return self.rule(form)


class Handler(BaseHTTPRequestHandler):
    state: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        form: dict[str, Any] = {"path": self.path, "key": self.headers["Authorization"]}
        for part in message.iter_parts():  # type: ignore[attr-defined]
            name = part.get_param("name", header="content-disposition")
            form[str(name)] = part.get_payload(decode=True)
        status, headers, said = self.state.answer(form)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_GET(self) -> None:
        self.state.gets += 1
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    handler = type("Bound", (Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads = True
        state.url = f"http://127.0.0.1:{listening.server_address[1]}/v1"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "DELAYS", (0.01, 0.02))
    monkeypatch.setattr(repainting, "_PATIENCE", 0.02)


def painted(server: Server, root: Path, *prompts: str, **changes: Any) -> list[bytes | Failure]:
    settings = RepaintSettings(base_url=server.url, model="painter", **changes)
    folder = RunFolder(root)
    name = folder.images.put(encode(Image.new("RGB", (24, 24), "white")))
    try:
        cells = ["c"] * len(prompts)
        return repainted(prompts, [name] * len(prompts), cells, settings, folder)
    finally:
        folder.ledger.close()


def failed(server: Server, root: Path, **changes: Any) -> Failure:
    (result,) = painted(server, root, "night", **changes)
    assert isinstance(result, Failure)
    return result


def test_the_picture_and_the_prompt_are_sent_and_a_clean_picture_comes_back(
    server: Server, tmp_path: Path
) -> None:
    (found,) = painted(server, tmp_path, "Make it night.")
    (form,) = server.forms
    assert (form["path"], form["prompt"], form["model"]) == (
        "/v1/images/edits",
        b"Make it night.",
        b"painter",
    )
    assert form["response_format"] == b"b64_json"
    assert form["image"] == encode(Image.new("RGB", (24, 24), "white"))
    assert isinstance(found, bytes)
    assert Image.open(io.BytesIO(found)).tobytes() == Image.open(io.BytesIO(NIGHT)).tobytes()


def test_nothing_is_paid_twice(server: Server, tmp_path: Path) -> None:
    first = painted(server, tmp_path, "night", "night", "dawn")
    assert sorted(form["prompt"] for form in server.forms) == [b"dawn", b"night"]
    assert painted(server, tmp_path, "dawn", "night") == [first[2], first[0]]
    assert len(server.forms) == 2


def test_another_model_or_epoch_is_asked_anew(server: Server, tmp_path: Path) -> None:
    painted(server, tmp_path, "night")
    painted(server, tmp_path, "night", epoch=1)
    assert len(server.forms) == 2


def test_a_killed_run_pays_for_nothing_twice_but_what_was_under_way(
    server: Server, tmp_path: Path
) -> None:
    prompts = [f"night {i}" for i in range(8)]

    def rule(form: dict[str, Any]) -> Answer:
        time.sleep(0.05)
        return sends(NIGHT)

    server.rule = rule
    code = (
        "import sys; from pathlib import Path; from blindspot.core.run_folder import RunFolder\n"
        "from generation.repaint import RepaintSettings\n"
        "from generation.repainting import repainted\n"
        "folder = RunFolder(Path(sys.argv[1])); name = sys.argv[3]\n"
        "settings = RepaintSettings(base_url=sys.argv[2], model='painter', concurrency=2)\n"
        "repainted(sys.argv[4:], [name] * 8, ['c'] * 8, settings, folder)"
    )
    name = RunFolder(tmp_path).images.put(encode(Image.new("RGB", (24, 24), "white")))
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), server.url, name, *prompts],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while len(server.forms) < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    begun = len(server.forms)
    assert 5 <= begun < 8
    found = painted(server, tmp_path, *prompts, concurrency=2)
    assert all(isinstance(data, bytes) for data in found)
    assert 8 <= len(server.forms) <= 8 + 2
    assert {form["prompt"].decode() for form in server.forms} == set(prompts)


def test_an_address_in_place_of_a_picture_is_refused_and_never_fetched(
    server: Server, tmp_path: Path
) -> None:
    server.rule = lambda form: says(200, {"data": [{"url": f"{server.url}/picture.png"}]})
    found = failed(server, tmp_path)
    assert (found.kind, found.retryable) == ("unreadable", False)
    assert "an address" in found.message
    assert server.gets == 0


def test_no_redirect_is_followed(server: Server, tmp_path: Path) -> None:
    elsewhere = f"{server.url}/elsewhere"
    server.rule = lambda form: says(307, {}, Location=elsewhere)
    found = failed(server, tmp_path)
    assert "307" in found.message
    assert {form["path"] for form in server.forms} == {"/v1/images/edits"}


def test_what_hides_in_the_reply_does_not_survive(server: Server, tmp_path: Path) -> None:
    server.rule = lambda form: sends(NIGHT + b"<script>payload</script>")
    (found,) = painted(server, tmp_path, "night")
    assert isinstance(found, bytes)
    assert unsafe(found) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (sends(b"no picture"), "image"),
        (sends(NIGHT[: len(NIGHT) // 2]), "image"),
        (says(200, {"data": [{"b64_json": "%%%"}]}), "unreadable"),
        (says(200, {"data": [{"b64_json": "ä" * 8}]}), "unreadable"),
        (says(200, {"data": [{"b64_json": 7}]}), "unreadable"),
        (says(200, {"data": []}), "server"),
        (says(200, {"data": {"b64_json": "x"}}), "server"),
        (says(200, b"<html>busy</html>"), "server"),
        (says(200, b"[" * 10_000), "server"),
        (says(400, {"error": {"message": "this image is against our rules"}}), "request"),
    ],
)
def test_what_is_no_picture_is_a_failure(
    answer: Answer, kind: str, server: Server, tmp_path: Path
) -> None:
    server.rule = lambda form: sends(NIGHT) if form["prompt"] == b"dawn" else answer
    good, bad = painted(server, tmp_path, "dawn", "night")
    assert isinstance(good, bytes)
    assert isinstance(bad, Failure)
    assert bad.kind == kind


def test_a_refusal_of_this_picture_is_kept(server: Server, tmp_path: Path) -> None:
    server.rule = lambda form: says(400, {"error": {"message": "this image is not allowed"}})
    first, again = failed(server, tmp_path), failed(server, tmp_path)
    assert first == again
    assert not first.retryable
    assert len(server.forms) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_tried_again(status: int, server: Server, tmp_path: Path) -> None:
    server.rule = lambda form: (
        sends(NIGHT) if len(server.forms) == 3 else says(status, {}, Retry_After="0")
    )
    (found,) = painted(server, tmp_path, "night")
    assert isinstance(found, bytes)
    assert len(server.forms) == 3


@pytest.mark.parametrize(
    ("rule", "spent"),
    [
        (lambda form: sends(NIGHT), 0.04),
        (lambda form: sends(b"no picture"), 0.04),
        (lambda form: says(500, {"error": {"message": "no memory"}}), 0.0),
    ],
)
def test_no_budget_is_overrun_and_what_was_painted_is_paid_for(
    rule: Callable[[dict[str, Any]], Answer], spent: float, server: Server, tmp_path: Path
) -> None:
    server.rule = rule
    folder = RunFolder(tmp_path)
    settings = RepaintSettings(base_url=server.url, model="painter", price=0.02)
    purse = Purse(folder.ledger, folder.images, "round-0", {"": 0.05})
    name = folder.images.put(encode(Image.new("RGB", (24, 24), "white")))

    def asker(
        model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        assert settings.prices is not None
        assert model.fingerprint == fingerprint(settings)
        bill = Bill(purse, settings.prices, [Account(role, cell) for cell in cells])
        return ask(model, requests, folder.ledger, bill=bill)

    prompts = [f"night {i}" for i in range(4)]
    found = repainted(prompts, [name] * 4, ["c"] * 4, settings, folder, asker)
    assert purse.spent == pytest.approx(spent)
    refused = [f for f in found if isinstance(f, Failure) and f.kind == "budget"]
    assert len(refused) == (2 if spent else 0)
    folder.ledger.close()


def test_what_does_not_pass_ends_after_four_attempts(server: Server, tmp_path: Path) -> None:
    server.rule = lambda form: says(500, {"error": {"message": "no memory"}})
    found = failed(server, tmp_path)
    assert (found.kind, found.retryable, len(server.forms)) == ("server", True, 4)


def test_a_time_out_may_be_billed_and_is_not_tried_again_in_this_run(
    server: Server, tmp_path: Path
) -> None:
    def rule(form: dict[str, Any]) -> Answer:
        time.sleep(0.4)
        return sends(NIGHT)

    server.rule = rule
    found = failed(server, tmp_path, timeout=0.1)
    assert (found.kind, found.retryable, len(server.forms)) == ("timeout", True, 1)


def test_a_server_that_only_knows_base64_is_not_told_to_send_it(
    server: Server, tmp_path: Path
) -> None:
    unknown = {"error": {"message": "Unknown parameter: 'response_format'."}}
    server.rule = lambda form: says(400, unknown) if "response_format" in form else sends(NIGHT)
    (found,) = painted(server, tmp_path, "night")
    assert isinstance(found, bytes)
    assert len(server.forms) == 2


def test_the_key_comes_from_the_environment_and_stays_out_of_all_that_is_kept(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAINT_KEY", "canary-key-4711-4711")
    server.rule = lambda form: says(400, {"error": {"message": f"image? {form['key']}"}})
    found = failed(server, tmp_path, api_key_env="PAINT_KEY")
    assert server.forms[0]["key"] == "Bearer canary-key-4711-4711"
    assert "canary" not in found.message
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"canary-key" in data for data in kept)


def test_a_key_that_is_named_and_not_set_is_the_users_error(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAINT_KEY", raising=False)
    with pytest.raises(ConfigError, match="PAINT_KEY"):
        painted(server, tmp_path, "night", api_key_env="PAINT_KEY")
    assert server.forms == []


def test_an_answer_without_a_picture_is_not_asked_for_again_in_this_run(
    server: Server, tmp_path: Path
) -> None:
    server.rule = lambda form: says(200, {"data": []})
    found = failed(server, tmp_path)
    assert (found.kind, found.retryable, len(server.forms)) == ("server", True, 1)


def test_a_server_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="does not answer"):
        painted(Server(url="http://127.0.0.1:9/v1"), tmp_path, "night")


def test_a_picture_that_was_removed_from_the_store_is_a_failure(
    server: Server, tmp_path: Path
) -> None:
    painted(server, tmp_path, "night")
    for path in (tmp_path / "images").iterdir():
        path.unlink()
    found = failed(server, tmp_path)
    assert (found.kind, len(server.forms)) == ("image", 1)
