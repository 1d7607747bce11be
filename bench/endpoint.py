"""The mock endpoint of `bench.harness`: OpenAI's chat completions with a fixed latency, scripted
faults and a record of every call. It runs in a process of its own and ends with its parent.

It reads which sample is asked from the text (`question`), wherever a client puts it, and answers
from its script. A call that names no sample (a client that tries what the server can do) is
answered too and is not recorded. Beside `/v1/chat/completions` it takes `POST /script` (a new
script; forgets all calls), `GET /calls`, and `GET /wait?started=N&finished=N&seconds=S` (answers
when so many samples have arrived and been answered, or when the time is up).

Bare asyncio streams of bytes and no web framework: two cores hold it and the client that it
measures, so it must cost little; `bench.harness` prints its ceiling.
"""

import asyncio
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

FaultKind = Literal["rate_limit", "server", "drop", "garbage", "empty", "refused"]

HIGHEST: Final = 1000
"""Targets are numbers below this."""
REASONS: Final = (
    "Let us look at the picture first. The sign stands in front of the wall, its left edge is in "
    "the shade, and three digits can be made out; the second one is partly hidden by a branch but "
    "its lower half is seen clearly, and it agrees with what the plate beside it says. "
)
"""What a model says before its answer; its length is what an answer weighs."""


def question(number: int) -> str:
    """What sample `number` asks."""
    return f"Sample {number:06d}: which number does the sign show?"


def target(number: int) -> str:
    """The right answer of sample `number`."""
    return str(number * 7919 % HIGHEST)


def answer(number: int, right: bool) -> str:
    """The completion for sample `number`."""
    value = target(number) if right else str((int(target(number)) + 1) % HIGHEST)
    return f"{REASONS}Seen from {number} steps away it is clear.\nAnswer: {value}"


@dataclass(frozen=True)
class Fault:
    """What one sample suffers."""

    kind: FaultKind
    """429 with Retry-After, 500, a dropped connection, half a JSON, no choices, or 400."""
    attempts: int | None = None
    """Its first so many calls fail; all of them if None."""


@dataclass(frozen=True)
class Script:
    """How the endpoint behaves."""

    latency: float = 0.05
    """Seconds from a call's last byte to its answer."""
    retry_after: float = 0.2
    """Seconds that a 429 asks for."""
    wrong: Sequence[int] = ()
    """Samples that are answered wrong."""
    faults: Mapping[int, Fault] = field(default_factory=dict)
    """Samples that fail."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Script":
        """From JSON, where keys are text."""
        faults = {int(number): Fault(**fault) for number, fault in raw["faults"].items()}
        return cls(**{**raw, "wrong": raw["wrong"], "faults": faults})


@dataclass
class Call:
    """One call for a sample. Times are of the machine's monotonic clock, which the bench shares."""

    sample: int
    """Which sample was asked."""
    arrived: float
    """When its last byte was there."""
    size: int
    """Bytes of the body."""
    digest: str
    """SHA-256 of the body, to tell what was sent."""
    fault: FaultKind | None = None
    """What it suffered."""
    answered: float | None = None
    """When a good answer was written to a client that was still there."""


_SAMPLE: Final = re.compile(rb"Sample (\d{6}):")
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Endpoint:
    """The server's state: its script and its calls."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []
        self.begin(Script())

    def begin(self, script: Script) -> None:
        """Take a script and forget all calls."""
        self.script, self.calls = script, []
        self._wrong = frozenset(script.wrong)
        self._attempts: dict[int, int] = {}
        self._done: set[int] = set()

    def arrive(self, body: bytes) -> tuple[Call | None, bytes | None]:
        """The record of a call and what is sent back; None drops the connection."""
        found = _SAMPLE.search(body)
        if not found:
            return None, _completion("1")
        number = int(found.group(1))
        self._attempts[number] = self._attempts.get(number, 0) + 1
        digest = hashlib.sha256(body).hexdigest()
        call = Call(number, time.monotonic(), len(body), digest, self._fault(number))
        self.calls.append(call)
        self._wake()
        if call.fault:
            return call, _broken(call.fault, self.script.retry_after)
        return call, _completion(answer(number, number not in self._wrong))

    def leave(self, call: Call | None) -> None:
        """Its answer was written."""
        if call and not call.fault:
            call.answered = time.monotonic()
            self._done.add(call.sample)
            self._wake()

    async def wait(self, started: int, finished: int, seconds: float) -> bool:
        """Whether so many samples arrived and were answered in time."""
        reached = asyncio.Event()

        def look() -> None:
            if len(self._attempts) >= started and len(self._done) >= finished:
                reached.set()

        self._waiting.append(look)
        look()
        try:
            await asyncio.wait_for(reached.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.remove(look)
        return True

    def _fault(self, number: int) -> FaultKind | None:
        fault = self.script.faults.get(number)
        if fault and (fault.attempts is None or self._attempts[number] <= fault.attempts):
            return fault.kind
        return None

    def _wake(self) -> None:
        for look in tuple(self._waiting):
            look()


class _Connection(asyncio.Protocol):
    """One client's connection: one call at a time, as HTTP clients without pipelining make them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint, self._buffer, self._need = endpoint, bytearray(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._need and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._buffer, 0, end)
            self._head, self._need = end, end + 4 + (int(length.group(1)) if length else 0)
        if self._need and len(self._buffer) >= self._need:
            method, path, _ = bytes(self._buffer[: self._head]).split(b" ", 2)
            body = bytes(self._buffer[self._head + 4 : self._need])
            del self._buffer[: self._need]
            self._need = 0
            self._take(method.decode(), urlsplit(path.decode()), body)

    def _take(self, method: str, url: Any, body: bytes) -> None:
        if method == "POST" and url.path.endswith("/chat/completions"):
            call, response = self._endpoint.arrive(body)
            loop = asyncio.get_running_loop()
            loop.call_later(self._endpoint.script.latency, self._answer, call, response)
        elif method == "POST" and url.path == "/script":
            self._endpoint.begin(Script.read(json.loads(body)))
            self._send(_http(b"{}"))
        elif url.path == "/calls":
            self._send(_http(json.dumps([asdict(c) for c in self._endpoint.calls]).encode()))
        elif url.path == "/wait":
            self._watch = asyncio.create_task(self._wait(parse_qs(url.query)))
        else:
            self._send(_http(b'{"error": {"message": "no such path"}}', "404 Not Found"))

    async def _wait(self, query: Mapping[str, Sequence[str]]) -> None:
        reached = await self._endpoint.wait(
            int(query["started"][0]), int(query["finished"][0]), float(query["seconds"][0])
        )
        self._send(_http(json.dumps(reached).encode()))

    def _answer(self, call: Call | None, response: bytes | None) -> None:
        if response is None:
            self._transport.abort()
        elif not self._transport.is_closing():
            self._send(response)
            self._endpoint.leave(call)

    def _send(self, response: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(response)


def _completion(text: str) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 300, "completion_tokens": 80, "total_tokens": 380}
    whole = {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 0,
        "model": "mock",
        "choices": [choice | {"finish_reason": "stop"}],
        "usage": usage,
    }
    return _http(json.dumps(whole).encode())


def _broken(kind: FaultKind, retry_after: float) -> bytes | None:
    error = json.dumps({"error": {"message": f"scripted {kind}", "type": kind}}).encode()
    if kind == "rate_limit":
        return _http(error, "429 Too Many Requests", f"Retry-After: {retry_after}\r\n")
    if kind == "server":
        return _http(error, "500 Internal Server Error")
    if kind == "refused":
        return _http(error, "400 Bad Request")
    if kind == "empty":
        return _http(b'{"id": "x", "object": "chat.completion", "created": 0, "choices": []}')
    return _http(b'{"id": "chatcmpl-bench", "choices": [{"ind') if kind == "garbage" else None


def _http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def serve() -> None:
    """Print the port, then serve until stdin closes, which it does when the parent ends."""
    loop, endpoint = asyncio.get_running_loop(), Endpoint()
    server = await loop.create_server(lambda: _Connection(endpoint), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
