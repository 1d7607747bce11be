"""The stub server: an OpenAI-compatible process that answers from a picture's pixels.

    $ python -m bench.stub.server          prints its port, serves until its standard input closes

    with stub(Script(faults={"all": Faults(rate_limit=0.1)})) as server:
        …                                  clients take server.url
        server.calls().answered["solver"]

It takes `POST /v1/chat/completions`, `POST /v1/images/edits`, `GET /v1/models`; and, for whoever
measures, `POST /script` (a new script; forgets all calls), `GET /calls` and
`GET /wait?started=N&finished=N&seconds=S` (answers when so many different bodies have arrived and
been answered, or when the time is up). What reads requests off the wire is `bench.endpoint`'s.

It knows nothing of any prompt, key or candidate: what is true stands in the pixels
(`bench.stub.planting`), what is asked in the words.
"""

import asyncio
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError

from bench.endpoint import Endpoint
from bench.endpoint import _Connection as Connection
from bench.endpoint import _http as response
from bench.processes import ROOT
from bench.stub.script import Script
from bench.stub.service import EDITS, Arrival, Service
from bench.stub.tally import Calls


class _Line(Connection):
    """One client's connection to the service."""

    def __init__(self, service: Service) -> None:
        super().__init__(Endpoint())  # unused: every path is taken here
        self._service = service
        self._now: tuple[Arrival, asyncio.TimerHandle] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._now:
            arrival, timer = self._now
            timer.cancel()
            self._end(arrival, False)

    def _take(self, method: str, url: Any, body: bytes) -> None:
        if method == "POST" and url.path.endswith(("/chat/completions", EDITS)):
            arrival = self._service.arrive(url.path, body)
            timer = asyncio.get_running_loop().call_later(arrival.seconds, self._reply, arrival)
            self._now = (arrival, timer)
        elif method == "POST" and url.path == "/script":
            self._send(self._begin(body))
        elif url.path.endswith("/models"):
            self._send(self._service.models())
        elif url.path == "/calls":
            self._send(response(self._service.tally.calls().model_dump_json().encode()))
        elif url.path == "/wait":
            self._watch = asyncio.create_task(self._wait(parse_qs(url.query)))
        else:
            self._send(response(b'{"error": {"message": "no such path"}}', "404 Not Found"))

    def _begin(self, body: bytes) -> bytes:
        try:
            self._service.begin(Script.model_validate_json(body))
        except ValidationError as error:
            return response(json.dumps({"error": str(error)}).encode(), "400 Bad Request")
        return response(b"{}")

    def _reply(self, arrival: Arrival) -> None:
        is_there = not self._transport.is_closing()
        self._end(arrival, is_there)
        if arrival.response is None:
            self._transport.abort()
        else:
            self._send(arrival.response)

    def _end(self, arrival: Arrival, is_written: bool) -> None:
        self._now = None
        self._service.leave(arrival, is_written)

    async def _wait(self, query: Mapping[str, Sequence[str]]) -> None:
        reached = await self._service.wait(
            int(query["started"][0]), int(query["finished"][0]), float(query["seconds"][0])
        )
        self._send(response(json.dumps(reached).encode()))


class Stub:
    """The server's process, and how a test or bench talks to it."""

    def __init__(self) -> None:
        line = [sys.executable, "-m", "bench.stub.server"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(line, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def url(self) -> str:
        """What clients take as their base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def script(self, script: Script) -> None:
        """Behave so from now on; all calls are forgotten."""
        self._ask("POST", "/script", script.model_dump_json())

    def calls(self) -> Calls:
        """What was counted since the last script."""
        return Calls.model_validate(self._ask("GET", "/calls"))

    def wait(self, *, started: int = 0, finished: int = 0, seconds: float = 1.0) -> bool:
        """Whether so many different bodies have arrived and been answered within `seconds`."""
        return self._ask("GET", f"/wait?started={started}&finished={finished}&seconds={seconds}")

    def close(self) -> None:
        """End the server."""
        self._process.communicate()

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            read = json.loads(answer.read())
            if answer.status != http.client.OK:
                raise ValueError(f"the stub server answered {answer.status}: {read}")
            return read
        finally:
            connection.close()


@contextmanager
def stub(script: Script | None = None) -> Iterator[Stub]:
    """A server that behaves so, and ends with the block."""
    server = Stub()
    try:
        server.script(script or Script())
        yield server
    finally:
        server.close()


async def serve() -> None:
    """Print the port, then serve until stdin closes, which it does when the parent ends."""
    loop, service = asyncio.get_running_loop(), Service()
    server = await loop.create_server(lambda: _Line(service), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
