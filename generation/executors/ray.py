"""Spread over the processors of this machine or of a cluster, by Ray Data.

    [generation]
    executor = "ray"
    ray_address = "10.0.0.5:6379"     # empty: RAY_ADDRESS where it is set, else this machine

Items travel as rows of a dataset, what becomes of them travels back, and row numbers restore the
order; so the result is the one of the `local` executor. Tasks are used, not actors: Ray keeps their
processes from one call to the next, and each holds the work that it was sent. A task whose process
or node died is tried again elsewhere. `blindspot.core.ray_cluster` says what every node needs.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

from blindspot.core.errors import BlindspotError, StageError
from blindspot.core.ray_cluster import Raised, imported, joined, required, unpacked
from generation.executor import Done, Executor, Item, OpenExecutor

BLOCKS_PER_CPU: Final = 4
"""Parts into which the items are cut; more even out what takes longer, fewer cost less."""
PATIENCE: Final = 600
"""Seconds without any part done after which the stage is given up: Ray never stops trying again."""
_SECTION: Final = "generation"

Batch = dict[str, Any]


class Ray:
    """The `ray` executor."""

    def check(self) -> None:
        _data()

    @contextmanager
    def open(self, address: str) -> Iterator[OpenExecutor]:
        _data()
        with joined(_SECTION, address) as ray:
            yield _Open(ray)


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
        return [unpacked(pickle.loads(found[place])) for place in range(len(items))]

    def _reference(self, work: object) -> object:
        """Where the nodes find the work; put there once."""
        if self._sent[0] is not work:
            self._sent = work, self._ray.put(work)
        return self._sent[1]


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
            _Errand._held = self._reference, imported(_SECTION).get(self._reference)
        return _Errand._held[1]


def _tried(work: Callable[[Any], object], item: object) -> object:
    try:
        return work(item)
    except BlindspotError as error:
        return Raised.of(error)


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


def _data() -> None:
    """Makes `ray.data` known. Raises ConfigError where it is not installed."""
    imported(_SECTION)
    with required(_SECTION):
        import ray.data
        import ray.data.exceptions  # noqa: F401 both are reached through ray


PLUGIN: Final[Executor] = Ray()
