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

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from blindspot.core.artifact import digest_of, file_digest
from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request
from blindspot.core.records import Outcome

_METHODS: Final = ("check", "fingerprint", "open")


def load(path: Path) -> Backend:
    """The backend of a file or folder. Raises ConfigError for one that is not there, cannot be
    imported, or whose `PLUGIN` lacks a part of the contract.
    """
    plugin: Any = getattr(_imported(path), "PLUGIN", None)
    missing = [name for name in _METHODS if not callable(getattr(plugin, name, None))]
    if plugin is None or isinstance(plugin, type) or missing:
        why = "it has no PLUGIN" if plugin is None else f"its PLUGIN has no method '{missing[0]}'"
        why = "its PLUGIN is a class" if isinstance(plugin, type) else why
        raise _refused(path, why, "End it with PLUGIN = …, an object with check, fingerprint, open")
    return plugin


def digest(path: Path) -> str:
    """Digest of all that is imported: the file, or every Python file of the folder."""
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    named = {f.relative_to(path if path.is_dir() else path.parent).as_posix(): f for f in files}
    return digest_of({name: file_digest(file) for name, file in named.items()})


def _imported(path: Path) -> ModuleType:
    """The module of the path, once per content."""
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file() or file.suffix != ".py":
        why = "there is no such file" if not path.exists() else "it is no Python file or folder"
        raise _refused(path, why, "Give a .py file, or a folder with __init__.py, as `checkpoint`")
    name = f"blindspot_model_{digest_of([str(path.resolve()), digest(path)])[:16]}"
    return sys.modules[name] if name in sys.modules else _run(name, path, file)


def _run(name: str, path: Path, file: Path) -> ModuleType:
    inside = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise _refused(path, "it cannot be imported", "Give a file that ends with .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its own modules and dataclasses look for it
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the user's own code may raise anything
        del sys.modules[name]
        why = f"it raised {type(error).__name__} when it was imported ({error})"
        raise _refused(path, why, "Correct the file") from error
    return module


def _refused(path: Path, why: str, way_out: str) -> ConfigError:
    return ConfigError(f"The model's code {path}", why, way_out)


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
        return digest_of([digest(path), load(path).fingerprint(settings)])

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        inner = load(Path(settings.checkpoint)).open(settings, images)
        return _Opened(inner, self.fingerprint(settings))


PLUGIN: Final[Backend] = _Plugin()
