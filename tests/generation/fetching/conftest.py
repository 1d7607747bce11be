"""An internet of one's own: names, addresses and servers, all behind one socket of 127.0.0.1."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

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

    network: Any = None
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    """What a name stands for, look-up by look-up; the last stays. Others are public."""
    pages: dict[str, list[Answer]] = field(default_factory=dict)
    """By `host/path`, request by request; the last stays."""
    asked: list[Asked] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def dialled(self) -> list[tuple[str, int]]:
        return self.network.dialled

    @property
    def certificates(self) -> list[str]:
        return self.network.certificates

    def put(self, place: str, *answers: Answer) -> None:
        self.pages[place] = list(answers)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        rows = self.names.get(host, [[PUBLIC]])
        return rows.pop(0) if len(rows) > 1 else rows[0]

    def fetcher(self, folder: Path, **limits: Any) -> Fetcher:
        policy = Policy(**{"first_delay": 0.01, **limits})
        dialler = Dialler(policy, self.resolve, self.network)
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


def answered(internet: Internet, to: BaseHTTPRequestHandler) -> None:
    """Answer a request as the internet has it, and note it."""
    body = to.rfile.read(int(to.headers.get("Content-Length", 0)))
    host, path = to.headers["Host"], to.path
    headers = {name.lower(): value for name, value in to.headers.items()}
    internet.asked.append(Asked(to.command, host, path, headers, body))
    answers = internet.pages.get(f"{host}{path}", [says(status=404)])
    (answers.pop(0) if len(answers) > 1 else answers[0])(to)


@pytest.fixture
def internet(network):
    """An empty internet."""
    own = Internet()
    own.network = network(partial(answered, own))
    yield own
    own.stopping.set()


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
