"""The one way by which bytes of the web come in.

    Fetcher(folder).get([Get("https://example.org/a.png"), Get("https://10.0.0.1/")])
        →  [Got(b"\\x89PNG…"), Failure("fetch", "10.0.0.1: its name stands for an address that …")]

What the run already has is not fetched again. Hosts that are busy are asked again after the time
that they name, or after a time drawn by full jitter; all else that fails is a failure at once.
Nothing is decoded here.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

import httpcore
import httpx

from blindspot.core.errors import BlindspotError
from blindspot.core.progress import Advance, progress
from blindspot.core.records import Failure
from blindspot.core.run_folder import RunFolder
from generation.fetching.dialling import Dialler
from generation.fetching.exchange import Exchange
from generation.fetching.kept import Kept
from generation.fetching.policy import Get, Got, Policy, Refused

STORE: Final = "fetched.sqlite"
_GROUP: Final = 64
"""Answers that are written in one transaction, at most."""
_LONGEST_DELAY: Final = 30.0
_HOST: Final = 100
"""Characters of a host's name that a message shows."""


class Fetcher:
    """Fetches for one run."""

    def __init__(
        self,
        folder: RunFolder,
        policy: Policy | None = None,
        dialler: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._path = folder.root / STORE
        self._policy = policy or Policy()
        self._dialler = dialler or Dialler(self._policy)
        self._away: dict[str, float] = {}
        self._store: Kept | None = None

    def get(self, requests: Sequence[Get]) -> list[Got | Failure]:
        """What came of each request, in order; equal ones are made once. Blocks until all are
        there. Raises ConfigError or StageError where nothing can be kept.
        """
        unique = {request.key: request for request in requests}
        known = {key: self._kept.lookup(request) for key, request in unique.items()}
        found = {key: came for key, came in known.items() if came is not None}
        missing = [request for key, request in unique.items() if key not in found]
        if missing:
            found |= asyncio.run(self._fetched(missing))
        return [found[request.key] for request in requests]

    def close(self) -> None:
        """Close the store; it opens again when it is needed."""
        if self._store is not None:
            self._store.close()
        self._store = None

    @property
    def _kept(self) -> Kept:
        if self._store is None:
            self._store = Kept(self._path)
        return self._store

    async def _fetched(self, requests: Sequence[Get]) -> dict[str, Got | Failure]:
        done: asyncio.Queue[tuple[Get, Got | Failure]] = asyncio.Queue()
        exchange = Exchange(self._policy, self._dialler, self._away)

        async def fetch(request: Get) -> None:
            done.put_nowait((request, await self._one(exchange, request)))

        try:
            with progress("Fetching from the web", len(requests)) as advance:
                async with asyncio.TaskGroup() as group:
                    for request in requests:
                        group.create_task(fetch(request))
                    written = group.create_task(self._written(done, len(requests), advance))
                return written.result()
        except* BlindspotError as errors:
            raise errors.exceptions[0] from None
        finally:
            await exchange.close()

    async def _written(
        self, done: asyncio.Queue[tuple[Get, Got | Failure]], count: int, advance: Advance
    ) -> dict[str, Got | Failure]:
        """Keeps what comes, whatever is there at once in one transaction."""
        found: dict[str, Got | Failure] = {}
        while len(found) < count:
            rows = [await done.get()]
            while len(rows) < _GROUP and not done.empty():
                rows.append(done.get_nowait())
            self._kept.keep(rows)
            found |= {request.key: came for request, came in rows}
            advance(len(rows))
        return found

    async def _one(self, exchange: Exchange, request: Get) -> Got | Failure:
        for attempt in range(1, self._policy.attempts + 1):
            try:
                return await exchange.get(request)
            except Refused as refused:
                last = attempt == self._policy.attempts
                pause = self._policy.longest_pause + 1 if refused.pause is None else refused.pause
                if last or not refused.passing or pause > self._policy.longest_pause:
                    return _failure(request, refused)
                await asyncio.sleep(max(pause, self._delay(attempt)))
        raise AssertionError("attempts is at least 1")

    def _delay(self, attempt: int) -> float:
        bound = min(_LONGEST_DELAY, self._policy.first_delay * 2 ** (attempt - 1))
        return random.uniform(0, bound)


def _failure(request: Get, refused: Refused) -> Failure:
    message = f"{_host(request.url)}: {refused.why}"
    return Failure(kind="fetch", message=message, retryable=refused.passing)


def _host(url: str) -> str:
    """The host of a URL as a message may show it; a query may hold anything and stays out."""
    try:
        return httpx.URL(url).host[:_HOST] or "an address"
    except (httpx.InvalidURL, ValueError):
        return "an address"
