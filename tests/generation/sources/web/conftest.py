"""Three sites and the hosts of their pictures, on one port, and agents that answer by rule."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import CellShare, Failure, Split
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.agents.image_editor import Editing
from generation.agents.image_seeker import SeekerRequest, Seeking
from generation.agents.planner import PlannerRequest, Topic, Topics
from generation.agents.writer import WriterRequest, Writing
from generation.fetching.dialling import Dialler
from generation.fetching.fetcher import Fetcher
from generation.fetching.policy import Policy
from generation.means import Means
from generation.source import Candidate, SourceSettings, Want, sources
from generation.sources import web

SOURCE = sources.load("web")


class Sites:
    """Openverse, Commons, Serper and the hosts of their pictures, on one port."""

    def __init__(self) -> None:
        self.port = 0
        self.count = 12
        self.title = "Stall"
        self.licence = {"license": "by", "license_version": "2.0"}
        self.picture = picture
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    @property
    def hosts(self) -> set[str]:
        """That were asked."""
        return {host for host, _, _ in self.asked}

    def answer(self, host: str, path: str, body: bytes) -> tuple[int, bytes]:
        if host in self.broken:
            return 500, b""
        query = parse_qs(urlsplit(path).query)
        if host == "api.openverse.org":
            return 200, self._openverse(query["q"][0])
        if host == "commons.wikimedia.org":
            return 200, self._commons(query["gsrsearch"][0])
        if host == "google.serper.dev":
            return 200, self._serper(json.loads(body)["q"])
        return 200, self.picture(path)

    def _openverse(self, query: str) -> bytes:
        rows = [
            {
                "id": "../../x",
                "url": f"https://live.example/{query.replace(' ', '-')}/{i}.png",
                "title": f"{self.title} {i}",
                "creator": "Doe, Jo",
                "foreign_landing_url": f"https://page.example/{query.replace(' ', '-')}/{i}",
                "tags": [{"name": "fruit"}],
                **self.licence,
            }
            for i in range(self.count)
        ]
        return json.dumps({"results": rows}).encode()

    def _commons(self, query: str) -> bytes:
        name = query.split(" filetype")[0].replace(" ", "-")
        info = [
            {
                "url": f"https://upload.example/{name}/{i}.svg",
                "thumburl": f"https://upload.example/{name}/1280px-{i}.png",
                "extmetadata": {"LicenseShortName": {"value": "CC0"}},
            }
            for i in range(12)
        ]
        pages = [{"index": i, "title": "File:A.svg", "imageinfo": [x]} for i, x in enumerate(info)]
        return json.dumps({"query": {"pages": pages}}).encode()

    def _serper(self, query: str) -> bytes:
        rows = [{"imageUrl": f"https://live.example/s/{i}.png", "title": "S"} for i in range(12)]
        return json.dumps({"images": rows}).encode()


def picture(name: str) -> bytes:
    """A picture of its own for every address."""
    digest = hashlib.sha256(name.encode()).digest()
    image = Image.new("RGB", (120, 90), tuple(digest[:3]))
    image.paste(tuple(digest[3:6]), (0, 0, 30, 30))
    return encode(image)


def answered(sites: Sites, to: BaseHTTPRequestHandler) -> None:
    """Answer a request as its site does, and note it."""
    body = to.rfile.read(int(to.headers.get("Content-Length", 0)))
    host = to.headers["Host"]
    sites.asked.append((host, to.path, dict(to.headers.items())))
    status, said = sites.answer(host, to.path, body)
    to.send_response(status)
    to.send_header("Content-Length", str(len(said)))
    to.end_headers()
    to.wfile.write(said)


async def resolve(host: str, port: int) -> Sequence[str]:
    return ["93.184.215.14"]


@pytest.fixture
def sites(monkeypatch, network):
    """The sites, and a fetcher that finds them."""
    own = Sites()
    policy = Policy(attempts=1, per_host=8)
    dialler = Dialler(policy, resolve, network(partial(answered, own)))
    monkeypatch.setattr(web, "POLICY", policy)
    monkeypatch.setattr(web, "Fetcher", partial(Fetcher, dialler=dialler))
    return own


@dataclass
class Staff:
    """Agents that answer by rule, and what they read."""

    solvers = 0
    prompts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    fails: set[str] = field(default_factory=set)
    topics: int = 99
    usable: bool = True

    def consult(
        self,
        role: str,
        agent: Any,
        requests: Sequence[Any],
        cells: Sequence[str],
        *,
        seeds: Sequence[str] = (),
        member: int = 0,
    ) -> list[Any]:
        assert len(requests) == len(cells) == len(seeds) == len(set(seeds))
        self.prompts[role] += [agent.prompt(request) for request in requests]
        if role in self.fails:
            return [Failure(kind="timeout", message=f"no {role}", retryable=True) for _ in requests]
        return [getattr(self, role)(*pair) for pair in zip(requests, seeds, strict=True)]

    def planner(self, request: PlannerRequest, seed: str) -> Topics:
        several = range(min(request.count, self.topics))
        short = hashlib.sha256(seed.encode()).hexdigest()[:6]
        return Topics(
            topics=tuple(Topic(subject=f"{short} {i}", idea=f"idea {i}") for i in several)
        )

    def image_seeker(self, request: SeekerRequest, seed: str) -> Seeking:
        if not request.offers:
            return Seeking(queries=(request.subject, f"{request.subject} more"), chosen=())
        numbers = [offer.number for offer in request.offers]
        return Seeking(queries=(), chosen=(99, *numbers[::-1], -1, numbers[0]))

    def image_editor(self, request: Any, seed: str) -> Editing:
        return Editing(operation="crop", arguments='{"box": [0, 0, 0.5, 0.5]}', why="smaller")

    def writer(self, request: WriterRequest, seed: str) -> Writing:
        return Writing(
            seen="left",
            usable=self.usable,
            question=f"{request.idea}?",
            answer_kind="number",
            options=(),
            target="3",
        )


def cell(quota: int = 3, split: Split = "train", name: str = "counting/natural_scene") -> PlanCell:
    capability, image_type = name.split("/")
    want = CellShare(capability=capability, image_type=image_type, share=1, quota=quota, why="weak")
    return PlanCell(name=want.name, split=split, want=want, quota=quota, brief="small things")


def wants(of: PlanCell, attempt: int = 0) -> list[Want]:
    return [Want(of, f"0/0/{of.split}/{of.name}/{n}/{attempt}") for n in range(of.quota)]


def opened(folder: Path, staff: Staff | None = None, **options: Any):
    chosen = SourceSettings(plugin="web", **{"searches": ("openverse",), **options})
    return SOURCE.open(chosen, Means(RunFolder(folder), staff or Staff()))


def made(found: Sequence[Candidate | Failure]) -> list[Candidate]:
    assert all(isinstance(each, Candidate) for each in found), found
    return [each for each in found if isinstance(each, Candidate)]


@dataclass(frozen=True)
class Desk:
    """The builders, for tests that need them."""

    source = SOURCE
    staff = Staff
    cell = staticmethod(cell)
    wants = staticmethod(wants)
    opened = staticmethod(opened)
    made = staticmethod(made)
    picture = staticmethod(picture)


@pytest.fixture
def desk() -> Desk:
    return Desk()
