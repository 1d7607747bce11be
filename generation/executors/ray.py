"""Spread over the processors of this machine or of a cluster, by Ray Data.

    [generation]
    executor = "ray"
    ray_address = "10.0.0.5:6379"     # empty: RAY_ADDRESS where it is set, else this machine

Items travel as rows of a dataset, what becomes of them travels back, and row numbers restore the
order; so the result is the one of the `local` executor. Tasks are used, not actors: Ray keeps their
processes from one call to the next, and each holds the work that it was sent. A task whose process
or node died is tried again elsewhere. Every node needs the same blindspot with the same packages;
Ray compares its own version and Python's, nothing compares the others.
"""

import os
import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from blindspot.core.errors import BlindspotError, ConfigError, StageError
from generation.executor import Done, Executor, Item, OpenExecutor

BLOCKS_PER_CPU: Final = 4
"""Parts into which the items are cut; more even out what takes longer, fewer cost less."""
PATIENCE: Final = 600
"""Seconds without any part done after which the stage is given up: Ray never stops trying again."""
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

Batch = dict[str, Any]


class Ray:
    """The `ray` executor."""

    def check(self) -> None:
        _imported()

    @contextmanager
    def open(self, address: str) -> Iterator[OpenExecutor]:
        ray = _imported()
        foreign = ray.is_initialized()
        if not foreign:
            _start(ray, address)
        try:
            yield _Open(ray)
        finally:
            if not foreign:
                ray.shutdown()


class _Open:
    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        self._sent: tuple[object, Any] = (None, None)

    def map(self, work: Callable[[Item], Done], items: Sequence[Item]) -> list[Done]:
        if not items:
            return []
        rows = [{"place": i, "item": pickle.dumps(item)} for i, item in enumerate(items)]
        blocks = int(self._ray.cluster_resources().get("CPU", 1)) * BLOCKS_PER_CPU
        data = self._ray.data.from_items(rows, override_num_blocks=min(blocks, len(rows)))
        spread = data.map_batches(_Errand(self._reference(work)), batch_size=None)
        found = dict(_rows(self._ray, spread))
        return [_unpacked(found[place]) for place in range(len(items))]

    def _reference(self, work: object) -> object:
        """Where the nodes find the work; put there once."""
        if self._sent[0] is not work:
            self._sent = work, self._ray.put(work)
        return self._sent[1]


@dataclass(frozen=True)
class _Raised:
    """An error of blindspot's on its way out of a worker."""

    kind: type[BlindspotError]
    what: str
    why: str
    way_out: str


class _Errand:
    """What a worker does with a batch of items."""

    _held: tuple[object, Any] = (None, None)

    def __init__(self, reference: object) -> None:
        self._reference = reference

    def __call__(self, batch: Batch) -> Batch:
        work = self._work()
        done = [pickle.dumps(_tried(work, pickle.loads(item))) for item in batch["item"]]
        return {"place": batch["place"], "done": done}

    def _work(self) -> Callable[[Any], object]:
        """The work, read once per process."""
        if _Errand._held[0] != self._reference:
            _Errand._held = self._reference, _imported().get(self._reference)
        return _Errand._held[1]


def _tried(work: Callable[[Any], object], item: object) -> object:
    try:
        return work(item)
    except BlindspotError as error:
        return _Raised(type(error), error.what, error.why, error.way_out)


def _unpacked(data: bytes) -> Any:
    done = pickle.loads(data)
    if isinstance(done, _Raised):
        raise done.kind(done.what, done.why, done.way_out)
    return done


def _rows(ray: ModuleType, data: Any) -> Iterator[tuple[int, bytes]]:
    data.context.enable_progress_bars = False
    data.context.print_on_execution_start = False
    data.context.execution_no_progress_timeout_s = PATIENCE
    try:
        for row in data.iter_rows():
            yield row["place"], row["done"]
    except ray.data.exceptions.ExecutionTimeoutError as error:
        raise StageError(
            "The work that Ray spreads",
            f"nothing came back for {PATIENCE} seconds; its workers die, or the cluster is full",
            "See to the nodes and their memory, then run the same command again; it continues",
        ) from error


def _imported() -> ModuleType:
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    try:
        import ray
        import ray.data
        import ray.data.exceptions
    except ModuleNotFoundError as error:
        raise ConfigError(
            "generation.executor = 'ray'",
            f"the package '{error.name}' is not installed",
            "Install it with pip install 'blindspot[ray]', or set it to 'local'",
        ) from error
    return ray


def _start(ray: ModuleType, address: str) -> None:
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
            "Correct generation.ray_address, or start it there with ray start --head",
        ) from error


def _knock(address: str) -> None:
    """Raises OSError where nobody listens at `host:port`."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), _CONNECT).close()


PLUGIN: Final[Executor] = Ray()
