"""A server that this process starts, watches and stops: in a session of its own, its output in a
log, its process id in a record.

    runs/<name>/vllm_server.log     everything that it printed, each start after the last
    runs/<name>/vllm_server.json    {"pid": 71, "born": "3f2…/90412", "port": 41873, "owner": …}

It ends with this process, however that ends: on exit and Ctrl-C it is stopped; after a SIGKILL the
next start finds the record and stops the orphan (`blindspot.core.orphans`).

A run has one server of a name. Another model asked in the same run takes its place, since both
would want the same GPUs; the same model finds it running.
"""

import asyncio
import atexit
import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from weakref import WeakKeyDictionary

from blindspot.core import orphans
from blindspot.core.artifact import disk_error
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.progress import say

HOST: Final = "127.0.0.1"
MAX_RESTARTS: Final = 3
"""Deaths of a server that had answered, after which it is left dead."""
_POLL: Final = 0.2
_NEWS: Final = 15.0
"""Seconds between two lines that say that it is still starting."""
_TAIL: Final = 100_000
"""Bytes at the log's end in which its last words are looked for."""
_ERROR: Final = re.compile(r"^(?!.*(WARNING|INFO|root cause)).*(rror|Exception): ")
_PREFIX: Final = re.compile(r"^(\(\w+ pid=\d+\) )?([A-Z]+ [\d-]+ [\d:]+ \[\S+\] )?")
"""What vLLM writes before a line: process, level, time, place in its code."""


@dataclass(frozen=True)
class Launch:
    """How to start a server."""

    name: str
    """Names its log and record."""
    identity: str
    """Equal for two that can stand for each other."""
    command: Callable[[int], list[str]]
    """Program and arguments, for a port."""
    environment: Mapping[str, str]
    """Its environment variables."""
    timeout: float
    """Seconds until it must be healthy."""


class Server:
    """One server and its restarts, always at the same address."""

    def __init__(self, launch: Launch, folder: Path) -> None:
        self.starts = 0
        self.port = _free_port()
        self.log = folder / f"{launch.name}.log"
        self._launch = launch
        self._record = folder / f"{launch.name}.json"
        self._begin = 0  # where in the log the last start begins
        self._process: subprocess.Popen[bytes] | None = None
        self._healthy = False
        self._deaths = 0
        self._failure: StageError | None = None
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]
        self._locks = WeakKeyDictionary()

    @property
    def identity(self) -> str:
        """Of its launch."""
        return self._launch.identity

    async def ready(self) -> bool:
        """Wait until it answers, started first where it does not run; False when it died too
        often. Raises StageError when it does not start.
        """
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if self._healthy and not self.alive():
                self._deaths += 1
                say(f"{self._launch.name}: death {self._deaths}, {self.last_words()}")
                self.stop()
            if self._failure is not None:  # others waited for the same start
                raise self._failure
            if not self._healthy and self._deaths <= MAX_RESTARTS:
                await self._start()
            return self._healthy

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def lost(self, start: int) -> bool:
        """Whether the server of that start is gone, and with it what it was asked."""
        return start != self.starts or not self.alive()

    def last_words(self, most: int = 1) -> str:
        """The last lines of its log that name an error; its last line where none does."""
        lines = self._tail()
        errors = [_PREFIX.sub("", line) for line in lines if _ERROR.search(line)]
        words = list(dict.fromkeys(reversed(errors)))[:most] or lines[-1:]
        return " | ".join(reversed(words)) or "it printed nothing"

    def stop(self) -> None:
        """End it and the processes that it started; nothing happens where none runs."""
        process, self._process, self._healthy = self._process, None, False
        if process is None:
            return
        orphans.end(process.pid, lambda: process.poll() is None)
        process.wait()
        self._record.unlink(missing_ok=True)
        atexit.unregister(self.stop)

    async def _start(self) -> None:
        self._take_place()
        try:
            self._spawn()
            await self._until_healthy()
        except BaseException:  # Ctrl-C included: what was begun is ended
            self.stop()
            raise

    def _take_place(self) -> None:
        """Stop the server that stands where this one will: another model's, or an orphan."""
        other = _standing.get(self._record)
        if other is not None and other is not self:
            other.stop()
        _standing[self._record] = self
        orphans.clear(self._record, self._launch.name)

    def _spawn(self) -> None:
        command = self._launch.command(self.port)
        with self._open_log() as log:
            log.write(f"\n{self._launch.name}: {' '.join(command)}\n".encode())
            log.flush()
            self._begin = log.tell()
            say(f"{self._launch.name}: starts, log {self.log}")
            self._process = self._popen(command, log)
        atexit.register(self.stop)
        self.starts += 1
        orphans.note(self._record, self._process.pid, self.port)

    def _popen(self, command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                command,
                env=dict(self._launch.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            why = error.strerror or str(error)
            raise ConfigError(f"The command {command[0]}", why, "Name another program") from error

    def _open_log(self) -> IO[bytes]:
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            return self.log.open("ab")
        except OSError as error:
            raise disk_error(self.log, error) from error

    def _news(self) -> str:
        line = "".join(self._tail()[-1:])
        return _PREFIX.sub("", line)[:120] or "it printed nothing yet"

    def _tail(self) -> list[str]:
        """The last lines that it printed since it was last started, each cut to a sentence."""
        with self.log.open("rb") as file:
            file.seek(max(self._begin, self.log.stat().st_size - _TAIL))
            text = file.read().decode(errors="replace")
        return [line.strip()[:300] for line in text.splitlines() if line.strip()]

    async def _until_healthy(self) -> None:
        begun = told = time.monotonic()
        while (now := time.monotonic()) - begun < self._launch.timeout:
            if not self.alive():
                raise self._failed("it ended while starting")
            if await asyncio.to_thread(_is_healthy, self.port):
                self._healthy = True
                say(f"{self._launch.name}: ready after {now - begun:.0f} s")
                return
            if now - told >= _NEWS:
                told = now
                say(f"{self._launch.name}: {now - begun:.0f} s, {self._news()}")
            await asyncio.sleep(_POLL)
        raise self._failed(f"it was not healthy after {self._launch.timeout:g} s")

    def _failed(self, why: str) -> StageError:
        self._failure = StageError(
            f"The server of {self._launch.name}",
            f"{why}: {self.last_words(3)}",
            f"Its whole log is {self.log}; correct the settings of the model, "
            "then run the same command again, it continues",
        )
        return self._failure


_servers: Final[dict[tuple[Path, str], Server]] = {}
_standing: Final[dict[Path, Server]] = {}


def server(launch: Launch, folder: Path) -> Server:
    """The server of a launch in a run's folder: the one that is there already, or a new one that
    is not yet started.
    """
    key = (folder.resolve() / launch.name, launch.identity)
    if key not in _servers:
        _servers[key] = Server(launch, folder.resolve())
    return _servers[key]


def bypass_proxies() -> None:
    """Have every client of this process reach the server directly; a proxy that the environment
    names would be asked for this machine's own address.
    """
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if HOST not in known.split(","):
        os.environ["no_proxy"] = ",".join(filter(None, [known, HOST]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _is_healthy(port: int) -> bool:
    """Whether `/health` says so, asked without any proxy."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
