"""A Ray cluster: joined where there is an address, started on this machine where there is none; and
how errors of ours come out of its workers.

    with joined("evaluation", "10.0.0.5:6379") as ray:     # "": RAY_ADDRESS where it is set
        ray.get(…)

Ray is imported here and nowhere else, and only when it is asked for. What is spread, and how, is
the affair of whoever joins (`blindspot.core.spread`, `generation.executors.ray`). Every node needs
the same blindspot with the same packages; Ray compares its own version and Python's, nothing
compares the others.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from blindspot.core.errors import BlindspotError, ConfigError

_OBJECTS: Final = 512 << 20
"""Bytes that a start on this machine holds of what travels; more is laid on disk."""
_CONNECT: Final = 5.0
"""Seconds in which a cluster must take a connection; Ray itself tries for two minutes."""
_QUIET: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_LOG_LEVEL": "ERROR",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Environment of Ray: it reports to nobody and says only what went wrong."""


@dataclass(frozen=True)
class Raised:
    """An error of blindspot's on its way out of a worker: Ray would wrap it into one of its own."""

    kind: type[BlindspotError]
    what: str
    why: str
    way_out: str

    @classmethod
    def of(cls, error: BlindspotError) -> "Raised":
        """The error, as it travels."""
        return cls(type(error), error.what, error.why, error.way_out)


def unpacked(done: Any) -> Any:
    """What came out of a worker. Raises the error that came in its place."""
    if isinstance(done, Raised):
        raise done.kind(done.what, done.why, done.way_out)
    return done


@contextmanager
def joined(section: str, address: str) -> Iterator[ModuleType]:
    """Ray, connected for as long as this lasts; left as it was where this process is connected
    already. `section` of the config holds `executor` and `ray_address`. Raises ConfigError where
    Ray is not installed or the address not reached.
    """
    ray = imported(section)
    foreign = ray.is_initialized()
    if not foreign:
        _start(ray, section, address)
    try:
        yield ray
    finally:
        if not foreign:
            ray.shutdown()


def imported(section: str) -> ModuleType:
    """Ray, which keeps quiet. Raises ConfigError where it is not installed."""
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    with required(section):
        import ray
        import ray.exceptions
        import ray.util.scheduling_strategies
    return ray


@contextmanager
def required(section: str) -> Iterator[None]:
    """Raises ConfigError where a part of Ray that is imported meanwhile is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{section}.executor = 'ray'",
            f"the package '{error.name}' is not installed",
            "Install it with pip install 'blindspot-lmm[ray]', or set it to 'local'",
        ) from error


def _start(ray: ModuleType, section: str, address: str) -> None:
    """Connect to a cluster, or start one on this machine."""
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    own = {"include_dashboard": False, "object_store_memory": _OBJECTS}
    try:
        _knock(address)
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="error",
            **(own if address == "local" else {}),
        )
    except (OSError, RuntimeError, ValueError) as error:
        cause = str(error).strip().partition("\n")[0].rstrip(".")
        raise ConfigError(
            f"Ray at '{address}'",
            f"it cannot be reached ({cause})",
            f"Correct {section}.ray_address, or start it there with ray start --head",
        ) from error


def _knock(address: str) -> None:
    """Raises OSError where nobody listens at `host:port`."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), _CONNECT).close()
