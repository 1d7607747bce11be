"""One request over HTTP, redirects followed by hand, every hop checked as the first.

Nothing that an answer says of itself is believed: the length is counted, what it is is seen from
its first bytes. It must come uncompressed, as it is asked for, so that there is nothing to unpack.
There are no cookies, no proxies from the environment, and no retries here.
"""

import asyncio
import logging
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

import httpcore
import httpx

from blindspot.core.throttle import Throttle
from generation.fetching.addresses import checked
from generation.fetching.answers import check_kind, check_status, pause_of
from generation.fetching.policy import USER_AGENT, Get, Got, Policy, Refused

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_LONGEST: Final = 200
"""Characters of a failed connection's cause."""

logging.getLogger("httpcore").setLevel(logging.INFO)
# below that it logs every header, and a host that repeats a key would have it in the log


class _Clock:
    """The seconds that one request may still take; waiting for its turn does not count."""

    def __init__(self, seconds: float) -> None:
        self._whole = self._left = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._left)):
                yield
        except TimeoutError as error:
            why = f"it was not there within {self._whole:g} s"
            raise Refused(why, passing=True, pause=0) from error
        finally:
            self._left -= time.monotonic() - began


class Exchange:
    """Requests of one event loop; end it with `close`."""

    def __init__(
        self, policy: Policy, dialler: httpcore.AsyncNetworkBackend, away: dict[str, float]
    ) -> None:
        """`away` outlives it: hosts that asked to be left alone for longer than is waited, and
        until when.
        """
        self._policy, self._away = policy, away
        self._hosts: defaultdict[str, Throttle] = defaultdict(lambda: Throttle(policy.per_host))
        self._room = asyncio.Semaphore(policy.concurrency)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_certificates(),
            max_connections=policy.concurrency,
            keepalive_expiry=10,
            network_backend=dialler,
        )

    async def get(self, request: Get) -> Got:
        """What is at an address. Raises Refused."""
        clock, address = _Clock(self._policy.seconds), checked(request.url, self._policy)
        for _ in range(self._policy.redirects + 1):
            answer = await self._hop(request, address, clock)
            if isinstance(answer, Got):
                return answer
            address = _next(request, address, answer, self._policy)
        raise Refused(f"it was redirected more than {self._policy.redirects} times")

    async def close(self) -> None:
        """End all connections."""
        await self._pool.aclose()

    async def _hop(self, request: Get, address: httpx.URL, clock: _Clock) -> Got | str:
        """What is at an address, or where it says that it is. Raises Refused."""
        throttle = self._hosts[address.host]
        ticket = await throttle.enter()
        try:
            self._check_here(address.host)
            async with self._room, clock.running():
                answer = await self._asked(request, address)
        except Refused as refused:
            self._pushed_back(address.host, ticket, refused.pause)
            raise
        except httpcore.ProtocolError as error:
            raise _broken(error) from error
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            throttle.pushed_back(ticket)
            why = " ".join(str(error).split())[:_LONGEST]
            raise Refused(f"the connection failed ({why})", passing=True, pause=0) from error
        else:
            throttle.served(ticket)
            return answer
        finally:
            throttle.leave()

    def _check_here(self, host: str) -> None:
        left = self._away.get(host, 0.0) - time.monotonic()
        if left > 0:
            raise Refused(f"it asked to be left alone for {left:.0f} s more", passing=True)

    def _pushed_back(self, host: str, ticket: int, pause: float | None) -> None:
        if pause is not None and pause > self._policy.longest_pause:
            self._away[host] = time.monotonic() + pause
        elif pause is not None:
            self._hosts[host].pushed_back(ticket, pause)

    async def _asked(self, request: Get, address: httpx.URL) -> Got | str:
        target = httpcore.URL(
            scheme=address.raw_scheme,
            host=address.raw_host,
            port=address.port,
            target=address.raw_path,
        )
        headers = [("Host", address.netloc.decode("ascii")), *_headers(request).items()]
        method = "GET" if request.body is None else "POST"
        body = None if request.body is None else request.body.encode()
        async with self._pool.stream(method, target, headers=headers, content=body) as response:
            said = {k.decode("ascii").lower(): v.decode("latin-1") for k, v in response.headers}
            if response.status in _REDIRECTS and "location" in said:
                return said["location"]
            check_status(response.status, pause_of(said.get("retry-after", "")), request)
            data = await self._read(response, said, request)
        check_kind(data, request)
        return Got(data, str(address))

    async def _read(
        self, response: httpcore.Response, said: Mapping[str, str], request: Get
    ) -> bytes:
        """The whole body, or Refused as soon as it is too much."""
        if said.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise Refused("it is compressed, although it was asked for as it is")
        most, data = self._policy.most(request.wanted), bytearray()
        declared = said.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > most:
            raise Refused(f"it has more than {most:,} bytes")
        async for part in response.aiter_stream():
            data += part
            if len(data) > most:
                raise Refused(f"it has more than {most:,} bytes")
        return bytes(data)


@cache
def _certificates() -> ssl.SSLContext:
    """Those who are trusted to say who a host is; reading them takes longer than a connection."""
    return httpcore.default_ssl_context()


def _next(request: Get, address: httpx.URL, location: str, policy: Policy) -> httpx.URL:
    """Where a redirect leads. What carries a key or a body is not sent on."""
    if request.secret or request.body is not None:
        raise Refused("it redirects a request that is not sent on")
    try:
        return checked(str(address.join(location)), policy)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("it redirects to a malformed address") from error
    except Refused as refused:
        raise Refused(f"it redirects, and {refused.why}") from refused


def _headers(request: Get) -> dict[str, str]:
    kind = {"picture": "image/png, image/jpeg, image/webp", "json": "application/json"}
    return {
        "User-Agent": USER_AGENT,
        "Accept": kind[request.wanted],
        "Accept-Encoding": "identity",
        **({} if request.body is None else {"Content-Type": "application/json"}),
        **request.secret,
    }


def _broken(error: httpcore.ProtocolError) -> Refused:
    """The error's own words may hold a header, and a header may be a key."""
    if isinstance(error, httpcore.LocalProtocolError):
        return Refused("the request cannot be sent as it is")
    return Refused("it broke off, or does not speak HTTP", passing=True, pause=0)
