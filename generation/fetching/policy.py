"""What may be fetched, and how much of it.

Policy()                                       https, ports 80 and 443, addresses of the internet
Policy(plain={"localhost"}, ports={8080}, reachable={"127.0.0.1"})    a server of one's own
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from blindspot.core.artifact import digest_of, package_version

USER_AGENT: Final = (
    f"blindspot/{package_version()} (builds training sets from freely licensed pictures)"
)
Wanted = Literal["picture", "json"]


@dataclass(frozen=True)
class Policy:
    """Limits of a fetcher."""

    plain: frozenset[str] = frozenset()
    """Hosts that may be asked by http; all others by https alone."""
    ports: frozenset[int] = frozenset({80, 443})
    reachable: frozenset[str] = frozenset()
    """Addresses that may be dialled although they are not of the public internet."""
    picture_bytes: int = 10_000_000
    json_bytes: int = 2_000_000
    seconds: float = 30.0
    """From dialling to the last byte, over all redirects of one attempt."""
    redirects: int = 3
    concurrency: int = 16
    per_host: int = 2
    """Requests under way at one host."""
    attempts: int = 4
    first_delay: float = 0.5
    """Seconds before the second attempt, at most; doubled for each further one."""
    longest_pause: float = 60.0
    """Seconds of Retry-After that are waited for; a host that asks for more is not asked again."""

    def most(self, wanted: Wanted) -> int:
        """Bytes of an answer."""
        return self.picture_bytes if wanted == "picture" else self.json_bytes


@dataclass(frozen=True)
class Get:
    """One thing to fetch."""

    url: str
    wanted: Wanted = "picture"
    body: str | None = None
    """JSON to post; None: it is a GET."""
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers with keys: they are sent to this very address and nowhere else, and kept nowhere."""

    @property
    def key(self) -> str:
        """What tells it from all other requests; no secret is in it."""
        return digest_of({"url": self.url, "wanted": self.wanted, "body": self.body})


@dataclass(frozen=True)
class Got:
    """What was fetched."""

    data: bytes = field(repr=False)
    """A PNG, JPEG or WebP file by its first bytes, or a JSON object; nobody has decoded it."""
    url: str
    """Where it was found in the end."""


class Refused(Exception):
    """Why something was not fetched; it does not leave this package."""

    def __init__(self, why: str, *, passing: bool = False, pause: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.passing = passing
        """Whether asking again later can help."""
        self.pause = pause
        """Seconds that the host asked for; None: it is not worth asking again now."""
