"""Which addresses may be fetched from: the text of a URL, then the numbers that a name stands for.

https://example.org/a.png               yes
http://example.org/a.png                only where the policy names the host
https://2130706433/, https://0x7f.1/    no: odd literals
https://me@example.org/                 no
example.org → 10.0.0.1                  no
example.org → ::ffff:10.0.0.1           no: what an IPv6 address wraps is looked at
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx

from generation.fetching.policy import Policy, Refused

_LONGEST: Final = 4096
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
"""A name or an IPv4 address; an IPv6 address."""
_NUMERIC: Final = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_UNICAST: Final = IPv6Network("2000::/3")
"""All that is handed out to hosts of the internet."""
_NAT64: Final = IPv6Network("64:ff9b::/96")
_WITHHELD: Final = tuple(map(ip_network, ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")))
"""Carriers' own, protocol assignments, relays: not hosts of the internet in every Python."""


def checked(url: str, policy: Policy) -> httpx.URL:
    """A URL that may be asked. Raises Refused for all others."""
    if len(url) > _LONGEST or "\\" in url or not url.isprintable():
        raise Refused("its address is malformed")
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower().rstrip(".")
        port = parsed.port or _PORTS.get(parsed.scheme)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("its address is malformed") from error
    if parsed.scheme != "https" and not (parsed.scheme == "http" and host in policy.plain):
        raise Refused("its address is not https")
    if not _HOST.fullmatch(host) or _is_odd(host):
        raise Refused("its address names no host")
    if parsed.userinfo:
        raise Refused("its address holds a user name or password")
    if port not in policy.ports:
        raise Refused(f"its address has port {port}")
    return parsed.copy_with(host=host, fragment=None)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a host of the public internet, and so does every address
    that it wraps.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(parsed) if isinstance(parsed, IPv4Address) else _is_public_6(parsed)


def _is_public_4(address: IPv4Address) -> bool:
    withheld = any(address in network for network in _WITHHELD)
    other = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not withheld and not other


def _is_public_6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return _is_public_4(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public_4(IPv4Address(int(address) & 0xFFFFFFFF))
    wrapped = [address.sixtofour, *(address.teredo or ())]
    if any(each is not None and not _is_public_4(each) for each in wrapped):
        return False
    plain = address.scope_id is None and not address.is_multicast and not address.is_reserved
    # a 6to4 or Teredo address is as public as what it wraps; Python calls Teredo private
    return plain and address in _UNICAST and (address.is_global or any(wrapped))


def _is_odd(host: str) -> bool:
    """Whether a host reads as a number and is not an IPv4 address as everybody writes it."""
    last = host.rsplit(".", 1)[-1]
    if ":" in host or not _NUMERIC.fullmatch(last):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True
