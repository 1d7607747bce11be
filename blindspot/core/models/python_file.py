"""A model of a user's own in Python: a file, or a folder with `__init__.py`. It ends with `PLUGIN`,
an object that satisfies `blindspot.core.model.Backend`.

    [diagnosis.teacher.model]
    backend = "python_file"
    checkpoint = "teacher"        # relative to the config file
    model = "reader-error-0.3"    # which of its models, if there are several

Its code is part of the fingerprint, with what it says of its models itself: a change of a file is
another model. Code beside it is neither found nor digested. What its methods raise while they run
is not caught. It runs with the rights of blindspot: name no code that you have not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blindspot.core import own_code
from blindspot.core.artifact import digest_of
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request
from blindspot.core.records import Outcome

_KIND: Final = own_code.Kind(
    name="model",
    called="The model's code",
    parts="check, fingerprint and open",
    methods=("check", "fingerprint", "open"),
    contract="blindspot/core/model.py",
    option="Give a .py file, or a folder with __init__.py, as `checkpoint`",
)


def load(path: Path) -> Backend:
    """The backend of a file or folder. Raises ConfigError for one that is not there, cannot be
    imported, or whose `PLUGIN` lacks a part of the contract.
    """
    return own_code.plugin(path, _KIND)


@dataclass(frozen=True)
class _Opened:
    """The model of the file, under a fingerprint that covers its code."""

    inner: Model
    fingerprint: str

    @property
    def chunk(self) -> int:
        return self.inner.chunk

    @property
    def concurrency(self) -> int:
        return self.inner.concurrency

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        return await self.inner.generate(requests)

    async def rest(self) -> None:
        await self.inner.rest()

    async def abilities(self) -> dict[str, Any]:
        return await self.inner.abilities()


class _Plugin:
    """Opens what the file says."""

    def check(self, settings: ModelSettings) -> None:
        load(Path(settings.checkpoint)).check(settings)

    def fingerprint(self, settings: ModelSettings) -> str:
        path = Path(settings.checkpoint)
        return digest_of([own_code.digest(path), load(path).fingerprint(settings)])

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        inner = load(Path(settings.checkpoint)).open(settings, images)
        return _Opened(inner, self.fingerprint(settings))


PLUGIN: Final[Backend] = _Plugin()
