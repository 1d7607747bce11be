"""One copy of a model in a process of its own, as `blindspot.core.spread` places them on a cluster.

    copy = Copy()
    await copy.open(settings, fingerprint)       →  Facts(chunk=32, concurrency=1)
    await copy.generate(requests, {"3f2a….png": b"…"})

Pictures come with the requests that show them, and go with their answers. An error of ours is
returned rather than raised: Ray would wrap it. It knows nothing of Ray otherwise.
"""

import socket
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from blindspot.core.errors import BlindspotError, ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Model, ModelSettings, Request, fingerprint, open_model
from blindspot.core.ray_cluster import Raised
from blindspot.core.records import Outcome

T = TypeVar("T")
Pictures = Mapping[str, bytes | OSError]
"""By their names: the stored bytes, or why they cannot be read."""


@dataclass(frozen=True)
class Facts:
    """What an opened copy says of itself."""

    chunk: int
    """Requests that one call takes."""
    concurrency: int
    """Calls that may be under way at once."""


class Parcel(ImageStore):
    """Pictures that are here for as long as somebody needs them; on disk only once a path is asked
    for, in a folder that goes with the last of them: a process of Ray's is ended without notice.
    """

    def __init__(self) -> None:
        super().__init__(Path(tempfile.gettempdir()) / f"blindspot-copy-{uuid.uuid4().hex}")
        self._sent: dict[str, bytes | OSError] = {}
        self._needed: Counter[str] = Counter()

    @contextmanager
    def holding(self, pictures: Pictures) -> Iterator[None]:
        """The pictures can be had meanwhile; several calls may hold the same."""
        self._sent |= pictures
        self._needed.update(pictures.keys())
        try:
            yield
        finally:
            self._needed.subtract(pictures.keys())
            for name in [name for name in pictures if not self._needed[name]]:
                del self._sent[name], self._needed[name]
                super().path(name).unlink(missing_ok=True)
            if not self._sent:
                with suppress(OSError):  # it was never made
                    self.root.rmdir()

    def read(self, name: str) -> bytes:
        """As they were sent. Raises OSError where they could not be read there."""
        data = self._sent.get(name) or FileNotFoundError(name)
        if isinstance(data, OSError):
            raise data
        return data

    def path(self, name: str) -> Path:
        """A file of the picture, for a model that reads files."""
        path = super().path(name)
        if isinstance(data := self._sent.get(name), bytes) and not path.exists():
            with suppress(OSError):  # writing says why
                self.root.mkdir(mode=0o700)
            self._write(path, data)
        return path


class Copy:
    """What lives in the process."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._parcel = Parcel()

    async def open(self, settings: ModelSettings, wanted: str) -> Facts | Raised:
        """Load the model whose fingerprint is wanted; another one is refused."""
        return await _tried(self._open(settings, wanted))

    async def generate(
        self, requests: Sequence[Request], pictures: Pictures
    ) -> list[Outcome] | Raised:
        """One outcome per request, in order."""
        with self._parcel.holding(pictures):
            return await _tried(self._opened.generate(requests))

    async def abilities(self) -> dict[str, Any] | Raised:
        """As the model says."""
        return await _tried(self._opened.abilities())

    async def rest(self) -> None:
        """As the model does."""
        await self._opened.rest()

    @property
    def _opened(self) -> Model:
        assert self._model is not None, "opened first"
        return self._model

    async def _open(self, settings: ModelSettings, wanted: str) -> Facts:
        here = _on_this_node(lambda: fingerprint(settings))
        if here != wanted:
            raise ConfigError(
                f"The model on node {socket.gethostname()}",
                f"'{settings.checkpoint}' is not there what it is on this machine",
                "Put the same files there, or name a folder that all nodes share",
            )
        self._model = model = _on_this_node(lambda: open_model(settings, self._parcel))
        return Facts(model.chunk, model.concurrency)


def _on_this_node(work: Callable[[], T]) -> T:
    """Errors say on which node they came about."""
    try:
        return work()
    except BlindspotError as error:
        what = f"On node {socket.gethostname()}: {error.what}"
        raise type(error)(what, error.why, error.way_out) from error


async def _tried(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await work
    except BlindspotError as error:
        return Raised.of(error)
