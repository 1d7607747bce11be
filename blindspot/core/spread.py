"""A model in this process's place on a Ray cluster: a copy on every GPU, or on every node where
there is no GPU.

    with spread(settings, images, "10.0.0.5:6379") as model:
        ask(model, requests, ledger)      # as of any model

Only asking is spread. Ledger, budget and progress stay with whoever asks, so a run can be begun
alone and continued here. A chunk of requests goes to one copy, whole, and the copies batch as a
model in this process does. A copy whose process or node dies is left out and its chunk asked again
of another; nothing that was answered is asked twice. Backends that ask a server are refused: more
addresses spread them.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from blindspot.core.copied import Copy, Facts, Pictures
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.images import ImageStore
from blindspot.core.model import Model, ModelSettings, Request, fingerprint
from blindspot.core.ray_cluster import imported, joined, unpacked
from blindspot.core.records import Outcome

BACKENDS: Final = ("transformers_local", "python_file")
"""Those that compute where they are opened."""
DEVICES: Final = ("auto", "cpu", "cuda")
"""A copy sees its own GPU alone, by the number 0."""
JOIN: Final = 60.0
"""Seconds, at least, that later copies are waited for once the first can answer."""
_SECTION: Final = "evaluation"


def check(settings: ModelSettings) -> None:
    """Raise ConfigError for a model that cannot be spread, or where Ray is not installed."""
    if settings.backend not in BACKENDS:
        raise ConfigError(
            f"{_SECTION}.executor = 'ray'",
            f"the backend '{settings.backend}' computes nothing in this process that could be "
            "spread",
            "Set it to 'local'; several model.base_urls or model.data_parallel spread a server",
        )
    if settings.device not in DEVICES:
        raise ConfigError(
            f"model.device = '{settings.device}'",
            f"with {_SECTION}.executor = 'ray' each copy of the model sees one GPU, its own",
            f"Set it to one of {', '.join(DEVICES)}",
        )
    imported(_SECTION)


@contextmanager
def spread(settings: ModelSettings, images: ImageStore, address: str) -> Iterator[Model]:
    """The model of these settings on all of a cluster; its copies end with this. Raises StageError
    where no copy can be started, ConfigError for a node with another model.
    """
    check(settings)
    wanted = fingerprint(settings)
    with joined(_SECTION, address) as ray:
        actors = [ray.remote(Copy).options(**o).remote() for o in _places(ray, settings.device)]
        try:
            opening = [actor.open.remote(settings, wanted) for actor in actors]
            opened = _opened(ray, opening, settings.start_timeout)
            if not opened:
                raise _nobody(f"none of {len(actors)} copies of the model could be started")
            facts = next(iter(opened.values()))
            yield Spread(ray, images, wanted, facts, [actors[i] for i in opened])
        finally:
            for actor in actors:
                ray.kill(actor)


@dataclass(frozen=True, eq=False)
class _Held:
    """A copy from here."""

    actor: Any


class Spread:
    """An opened model of several copies."""

    def __init__(
        self,
        ray: ModuleType,
        images: ImageStore,
        fingerprint: str,
        facts: Facts,
        actors: Sequence[Any],
    ) -> None:
        self.fingerprint, self.chunk = fingerprint, facts.chunk
        self.concurrency = facts.concurrency * len(actors)
        self._each = facts.concurrency
        self._images = images
        self._living = [_Held(actor) for actor in actors]
        self._begun_with = len(actors)
        self._idle: asyncio.Queue[_Held | None] | None = None
        self._lost = _lost(ray)

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request, in order. Raises StageError when no copy is left."""
        pictures = await asyncio.to_thread(_pictures, self._images, requests)
        return await self._anywhere("generate", list(requests), pictures)

    async def abilities(self) -> dict[str, Any]:
        """Of any copy: they are alike."""
        return await self._anywhere("abilities")

    async def rest(self) -> None:
        """All copies give back what they hold beside the weights."""
        self._idle = None  # a queue belongs to one event loop, and the next call may bring another
        for copy in list(self._living):
            try:
                await copy.actor.rest.remote()
            except self._lost:
                self._leave_out(copy)

    async def _anywhere(self, method: str, *arguments: object) -> Any:
        """By the first copy that is free; by another one where that dies."""
        idle = self._queue()
        while (copy := await idle.get()) is not None:
            try:
                done = await getattr(copy.actor, method).remote(*arguments)
            except self._lost:
                self._leave_out(copy)
            else:
                return unpacked(done)
            finally:
                self._give_back(copy, idle)
        idle.put_nowait(None)  # for whoever else waits
        raise _nobody(f"all {self._begun_with} copies of the model died")

    def _queue(self) -> asyncio.Queue[_Held | None]:
        """Copies that are free, each as often as it takes calls; None where none is left."""
        if self._idle is None:
            self._idle = asyncio.Queue()
            for copy in self._living * self._each or [None]:
                self._idle.put_nowait(copy)
        return self._idle

    def _give_back(self, copy: _Held, idle: asyncio.Queue[_Held | None]) -> None:
        if copy in self._living:
            idle.put_nowait(copy)
        elif not self._living:
            idle.put_nowait(None)

    def _leave_out(self, copy: _Held) -> None:
        if copy in self._living:
            self._living.remove(copy)


def _places(ray: ModuleType, device: str) -> list[dict[str, Any]]:
    """Options of one actor for each GPU of the cluster; for each node where there is none, or none
    is wanted. Each has its share of its node's processors.
    """
    pinned = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    nodes = [node for node in ray.nodes() if node["Alive"]]
    found: list[dict[str, Any]] = []
    on_cpu: list[dict[str, Any]] = []
    for node in sorted(nodes, key=lambda node: node["NodeID"]):
        gpus, cpus = (int(node["Resources"].get(kind, 0)) for kind in ("GPU", "CPU"))
        here = {"scheduling_strategy": pinned(node_id=node["NodeID"], soft=False)}
        found += [{**here, "num_gpus": 1, "num_cpus": cpus // gpus} for _ in range(gpus)]
        on_cpu += [{**here, "num_cpus": cpus}] if cpus else []
    return found if found and device != "cpu" else on_cpu


def _opened(ray: ModuleType, opening: Sequence[Any], timeout: float) -> dict[int, Facts]:
    """What copies say of themselves, by their places. Those that take more than twice as long as
    the first are not waited for: their node is full.
    """
    begun = time.monotonic()
    ray.wait(list(opening), num_returns=1, timeout=timeout)
    patience = max(JOIN, time.monotonic() - begun)
    ready, _ = ray.wait(list(opening), num_returns=max(1, len(opening)), timeout=patience)
    found: dict[int, Facts] = {}
    for place, reference in enumerate(opening):
        if reference not in ready:
            continue
        try:
            found[place] = unpacked(ray.get(reference))
        except _lost(ray):
            continue
    return found


def _lost(ray: ModuleType) -> tuple[type[Exception], ...]:
    """What says that a process or node died, not that its work was wrong."""
    errors = ray.exceptions
    return (errors.RayActorError, errors.ObjectLostError, errors.NodeDiedError)


def _pictures(images: ImageStore, requests: Sequence[Request]) -> Pictures:
    """What the requests show. Raises DataError for a damaged one."""
    names = {name for request in requests for name in request.images}
    return {name: _read(images, name) for name in sorted(names)}


def _read(images: ImageStore, name: str) -> bytes | OSError:
    try:
        return images.read(name)
    except OSError as error:
        return error


def _nobody(why: str) -> StageError:
    return StageError(
        "The model on the Ray cluster",
        why,
        "See to the nodes, their memory and GPUs, then run the same command again; it continues",
    )
