"""Dialling: a name is resolved once, all that it stands for is checked, and the checked address is
what is dialled. TLS and the Host header keep the name.

    example.org  →  93.184.215.14  →  checked  →  connected to 93.184.215.14, certificate of
                                                  example.org

A name that changes its mind between the check and the connection (DNS rebinding) finds nothing to
change: there is no second look-up. A name with one address inside and one outside is refused.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, cast

import httpcore

from generation.fetching.addresses import is_public
from generation.fetching.policy import Policy, Refused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name and port → IP addresses, the best first. Raises OSError."""

_TRIED: Final = 3
"""Addresses of one name that are dialled, one after the other."""


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name by the system's resolver."""
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in rows]


class Dialler(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses alone."""

    def __init__(
        self,
        policy: Policy,
        resolve: Resolve = resolved,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._policy, self._resolve = policy, resolve
        own = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())
        self._network = network or own

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises Refused for a name that stands
        for an address inside, httpcore's errors where none answers.
        """
        failed: Exception = httpcore.ConnectError("it has no address")
        for address in await self._checked(host, port):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout=timeout, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise Refused("its address is not https")

    async def sleep(self, seconds: float) -> None:
        """As httpcore wants it."""
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(dict.fromkeys(await self._resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise Refused("its name has no address", passing=True, pause=0) from error
        if not all(is_public(each) or each in self._policy.reachable for each in addresses):
            why = "its name stands for an address that is not of the public internet"
            raise Refused(why, passing=True)
        return addresses[:_TRIED]
