"""How many requests may be under way at one address: as many as the settings allow, fewer while the
server pushes back, none while it asks to be left alone.

The limit starts at the bound. A push-back (too many requests, overload, a time-out, a dropped
connection) halves it, at most once for all requests that were under way together, since they met
the same overload; every served answer raises it by its share of one, so a full turn of answers
raises it by one, up to the bound. This is the rule by which TCP shares a line.

An address that leaves several requests in a row without any answer is away: it should be asked
nothing for a while, twice as long each time, until one answer comes back.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_PATIENCE: Final = 3
"""Requests in a row without an answer after which an address counts as away."""
_ABSENCE: Final = (5.0, 60.0)
"""Seconds that it stays away, the first time and at most."""


class Throttle:
    """The requests under way at one address. Between `enter` and `leave` a request is under way;
    what became of it (`served`, `pushed_back`, `unanswered`) is told before it leaves.
    """

    def __init__(self, bound: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bound = bound
        self._clock = clock
        self._limit = float(bound)
        self._in_flight = 0
        self._entered = 0
        self._cut = 0  # requests that had entered when the limit was last halved
        self._open_at = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._misses = 0
        self._absence = 0.0
        self._back_at = 0.0

    @property
    def limit(self) -> int:
        """Requests that may be under way now, from 1 to the bound."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """Requests under way now; above the limit only while those from before a cut finish."""
        return self._in_flight

    @property
    def away(self) -> bool:
        """Whether the address answered nothing lately and is better not asked."""
        return self._clock() < self._back_at

    async def enter(self) -> int:
        """Wait until there is room and no pause; the ticket of the request that may now start.
        First come, first served, except across a pause or a cut.
        """
        while True:
            while (wait := self._open_at - self._clock()) > 0:
                await asyncio.sleep(wait)
            await self._room()
            if self._open_at <= self._clock() and self._in_flight <= self.limit:
                self._entered += 1
                return self._entered
            self.leave()  # paused or cut since the place was given

    def leave(self) -> None:
        """The request is over, whatever became of it."""
        self._in_flight -= 1
        while self._waiting and self._in_flight < self.limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._in_flight += 1
                waiter.set_result(None)

    def served(self, ticket: int) -> None:
        """The server answered."""
        self._misses, self._absence, self._back_at = 0, 0.0, 0.0
        if ticket > self._cut:
            self._limit = min(float(self._bound), self._limit + 1 / self._limit)

    def pushed_back(self, ticket: int, pause: float = 0.0) -> None:
        """The server had too much to do, and asked for `pause` seconds without any request."""
        self._open_at = max(self._open_at, self._clock() + pause)
        if ticket > self._cut:
            self._limit = max(1.0, self._limit / 2)
            self._cut = self._entered

    def unanswered(self, ticket: int) -> None:
        """Nothing came back: a push-back, and after several in a row the address is away."""
        self.pushed_back(ticket)
        self._misses += 1
        if self._misses >= _PATIENCE and not self.away:
            first, longest = _ABSENCE
            self._absence = min(longest, 2 * self._absence) or first
            self._back_at = self._clock() + self._absence

    async def _room(self) -> None:
        """Take one of the places, or queue for one."""
        if not self._waiting and self._in_flight < self.limit:
            self._in_flight += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # given a place and cancelled at once
                self.leave()
            raise
