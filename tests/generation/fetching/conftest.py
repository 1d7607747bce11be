"""An internet of one's own: names, addresses and servers, all behind one socket of 127.0.0.1."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest

from blindspot.core.records import Failure
from blindspot.core.run_folder import RunFolder
from generation.fetching.dialling import Dialler
from generation.fetching.fetcher import Fetcher
from generation.fetching.policy import Got, Policy

PUBLIC = "93.184.215.14"
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Asked:
    """One request as a server saw it."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Internet:
    """What stands at each address of it, and what was asked."""

    port: int = 0
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    """What a name stands for, look-up by look-up; the last stays. Others are public."""
    pages: dict[str, list[Answer]] = field(default_factory=dict)
    """By `host/path`, request by request; the last stays."""
    asked: list[Asked] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def put(self, place: str, *answers: Answer) -> None:
        self.pages[place] = list(answers)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        rows = self.names.get(host, [[PUBLIC]])
        return rows.pop(0) if len(rows) > 1 else rows[0]

    def fetcher(self, folder: Path, **limits: Any) -> Fetcher:
        policy = Policy(**{"first_delay": 0.01, **limits})
        dialler = Dialler(policy, self.resolve, _Wire(self))
        return Fetcher(RunFolder(folder), policy, dialler)


def says(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    """An answer with these headers, `_` for `-`; its length is said unless headers do."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        lengths = {} if "Content_Length" in headers else {"Content_Length": str(len(body))}
        for name, value in (headers | lengths).items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    return answer


class _Wire(httpcore.AsyncNetworkBackend):
    """Every address leads to the one server; TLS is noted and left out."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._network: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self._internet.dialled.append((host, port))
        stream = await self._network.connect_tcp("127.0.0.1", self._internet.port, timeout)
        return _Stream(self._internet, stream)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, internet: Internet, stream: httpcore.AsyncNetworkStream) -> None:
        self._internet, self._stream = internet, stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.check_hostname
        self._internet.certificates.append(server_hostname or "")
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has heard enough hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, internet: Internet, *rest: Any) -> None:
        self.internet = internet
        super().__init__(*rest)

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host, path = self.headers["Host"], self.path
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.internet.asked.append(Asked(self.command, host, path, headers, body))
        answers = self.internet.pages.get(f"{host}{path}", [says(status=404)])
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def internet():
    """An empty internet."""
    own = Internet()
    server = _Server(("127.0.0.1", 0), partial(_Handler, own))
    own.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield own
    own.stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(name="says")
def _says() -> Callable[..., Answer]:
    return says


def why(came: Got | Failure) -> str:
    """The cause of a fetch that failed; an error where it did not."""
    assert isinstance(came, Failure), came
    assert came.kind == "fetch"
    return came.message


@pytest.fixture(name="why")
def _why() -> Callable[[Got | Failure], str]:
    return why
