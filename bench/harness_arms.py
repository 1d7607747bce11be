"""The arms of `bench.harness`: each is a command of its own, watched from outside.

What an arm costs is read where no arm can colour it: times at the endpoint, CPU time and memory
from the kernel. All arms get the same environment.
"""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bench.endpoint import Call, Script
from bench.harness_data import Data
from bench.processes import ROOT, Child, cpu_of, has_ended, kill, log, peak_of, reap, start

Arm = Literal["bare", "blindspot", "async_openai", "openai", "raw"]
ARMS: Final[tuple[Arm, ...]] = ("bare", "blindspot", "async_openai", "openai")
"""Those that stand side by side; `raw` is there to show what the endpoint can do."""
LMMS_EVAL: Final[tuple[Arm, ...]] = ("async_openai", "openai")

_SHOWN: Final = 4000
"""Characters of a command's output that are kept."""


@dataclass(frozen=True)
class Place:
    """Where an arm works: a folder that only this run of it uses (twice, to continue a killed
    one).
    """

    folder: Path
    data: Data
    concurrency: int


@dataclass(frozen=True)
class Run:
    """What was seen of one run of an arm. Seconds, bytes."""

    rate: float
    """Samples per second between the first call's arrival and the last answer, at the endpoint."""
    cpu_requesting: float
    """CPU between the first call's arrival and the last answer."""
    cpu: float
    """CPU of the whole command."""
    wall: float
    """Of the whole command."""
    memory: int
    """Peak resident set of the command's process."""
    endpoint_busy: float
    """Share of a core that the endpoint used while it was asked."""
    output: str
    """The end of what the command printed."""


class ArmError(Exception):
    """An arm's command ended with an error, here with the end of what it printed."""


class Server:
    """The endpoint's process, and how the bench talks to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.endpoint"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def url(self) -> str:
        """What clients take as their base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pid(self) -> int:
        """The endpoint's process."""
        return self._process.pid

    def begin(self, script: Script) -> None:
        """Behave so from now on; all calls are forgotten."""
        raw = asdict(script) | {"wrong": list(script.wrong)}
        self._ask("POST", "/script", json.dumps(raw))

    def calls(self) -> list[Call]:
        """All calls since `begin`."""
        return [Call(**raw) for raw in self._ask("GET", "/calls")]

    def wait(self, *, started: int = 0, finished: int = 0, seconds: float = 1.0) -> bool:
        """Whether so many samples have arrived and been answered within `seconds`."""
        query = f"started={started}&finished={finished}&seconds={seconds}"
        return self._ask("GET", f"/wait?{query}")

    def close(self) -> None:
        """End the endpoint."""
        self._process.communicate()

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def serving() -> Iterator[Server]:
    """An endpoint for a while."""
    server = Server()
    try:
        yield server
    finally:
        server.close()


def command(arm: Arm, place: Place, url: str) -> list[str]:
    """The command line of an arm. Writes what it needs into its folder."""
    place.folder.mkdir(parents=True, exist_ok=True)
    data, slots = place.data, str(place.concurrency)
    if arm == "blindspot":
        config = place.folder / "config.toml"
        config.write_text(data.config(url, place.concurrency))
        return [*BLINDSPOT, "evaluate", str(config), "--out", str(place.folder / "run")]
    if arm in LMMS_EVAL:
        return [sys.executable, "-m", "bench.lmms_arm", arm, url, str(data.task), slots]
    bare = [sys.executable, "-m", "bench.bare_client", url, str(data.pictures)]
    return [*bare, str(data.kind.samples), slots, *(["--raw"] if arm == "raw" else [])]


BLINDSPOT: Final = [sys.executable, "-m", "blindspot.cli"]
"""This checkout's, whatever is installed."""


def watch(server: Server, line: Sequence[str], place: Place, samples: int) -> Run:
    """Run a command to its end, and see what it costs to have `samples` answered. Raises ArmError
    when it ends with an error.
    """
    begun, child = time.monotonic(), start(line, place.folder)
    until(server, child, started=1)
    before, idle, held = cpu_of(child.pid), cpu_of(server.pid), peak_of(child.pid)
    until(server, child, finished=samples)
    after, busy = cpu_of(child.pid), cpu_of(server.pid)
    end = reap(child, begun)
    output = log(place.folder)[-_SHOWN:]
    if child.returncode:
        raise ArmError(f"{' '.join(line)} ended with {child.returncode}:\n{output}")
    seconds = span(server.calls())
    return Run(
        rate=samples / seconds if seconds else 0.0,
        cpu_requesting=after - before,
        cpu=end.cpu,
        wall=end.wall,
        memory=max(held, end.memory),
        endpoint_busy=(busy - idle) / seconds if seconds else 0.0,
        output=output,
    )


def killed(server: Server, line: Sequence[str], place: Place, **when: int) -> list[Call]:
    """Run a command and SIGKILL it, and its children, when so many samples have `started` or
    `finished`; the calls until then.
    """
    child = start(line, place.folder)
    until(server, child, **when)
    kill(child)
    return server.calls()


def first_call(server: Server, line: Sequence[str], place: Place) -> float:
    """Seconds from a command's start to the arrival of its first call; it is killed there. Raises
    ArmError when it ends without one.
    """
    begun = time.monotonic()
    calls = killed(server, line, place, started=1)
    if not calls:
        raise ArmError(f"{' '.join(line)} asked nothing:\n{log(place.folder)[-_SHOWN:]}")
    return min(c.arrived for c in calls) - begun


def span(calls: Sequence[Call]) -> float:
    """Seconds from the first arrival to the last answer; 0 where nothing was answered."""
    answered = [c.answered for c in calls if c.answered is not None]
    return max(answered) - min(c.arrived for c in calls) if answered else 0.0


def until(server: Server, child: Child, **when: int) -> None:
    """Wait until so many samples have `started` or `finished`, or the child has ended."""
    while not server.wait(**when, seconds=0.5):
        if has_ended(child):
            return
