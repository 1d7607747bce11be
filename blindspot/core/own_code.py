"""Python code of a user's own that stands for a plugin: a file, or a folder with `__init__.py`. It
ends with `PLUGIN`, an object with the methods of its contract.

    plugin(Path("mine.py"), BENCHMARK)    →  what mine.py calls PLUGIN
    digest(Path("mine.py"))               →  "3f2a…", another one for other code

It is imported once per content: an edited file is another module. Code beside it is neither found
nor digested. It runs with the rights of blindspot. What its methods raise when they are called is
not caught here.
"""

import importlib.util
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from blindspot.core.artifact import digest_of, file_digest
from blindspot.core.errors import ConfigError

_SAID: Final = 200
"""Characters at most of what a user's own code said when it failed."""


@dataclass(frozen=True)
class Kind:
    """What code stands for."""

    name: str
    """One word, in the names of its modules."""
    called: str
    """What an error calls it, before its path."""
    parts: str
    """What PLUGIN is an object with, in words."""
    methods: tuple[str, ...]
    """What PLUGIN must have."""
    contract: str
    """Where the contract is written down."""
    option: str
    """What to give where there is no such code."""

    def require(self, path: Path, what: str, value: object, methods: tuple[str, ...]) -> None:
        """Raise ConfigError for a missing method of `what` the code gave."""
        missing = [name for name in methods if not callable(getattr(value, name, None))]
        if missing:
            why = f"{what} has no method '{missing[0]}'"
            raise self.refused(path, why, f"See {self.contract} for what it takes and returns")

    def refused(self, path: Path, why: str, way_out: str) -> ConfigError:
        """What is wrong with the code at a path, as an error."""
        return ConfigError(f"{self.called} {path}", why, way_out)


def plugin(path: Path, kind: Kind) -> Any:
    """The `PLUGIN` of a file or folder. Raises ConfigError for one that is not there, cannot be
    imported, or whose `PLUGIN` is missing, is a class, or lacks a method.
    """
    found = getattr(_imported(path, kind), "PLUGIN", None)
    if found is None:
        way_out = f"End it with PLUGIN = …, an object with {kind.parts}"
        raise kind.refused(path, "it has no PLUGIN", way_out)
    if isinstance(found, type):
        way_out = f"Make an object of it: PLUGIN = {found.__name__}()"
        raise kind.refused(path, "its PLUGIN is a class", way_out)
    kind.require(path, "its PLUGIN", found, kind.methods)
    return found


def digest(path: Path) -> str:
    """Digest of all that is imported: the file, or every Python file of the folder."""
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    named = {f.relative_to(path if path.is_dir() else path.parent).as_posix(): f for f in files}
    return digest_of({name: file_digest(file) for name, file in named.items()})


def _imported(path: Path, kind: Kind) -> ModuleType:
    """The module of the path, once per content."""
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file() or file.suffix != ".py":
        why = "there is no such file" if not path.exists() else "it is no Python file or folder"
        raise kind.refused(path, why, kind.option)
    name = f"blindspot_{kind.name}_{digest_of([str(path.resolve()), digest(path)])[:16]}"
    return sys.modules[name] if name in sys.modules else _run(name, path, file, kind)


def _run(name: str, path: Path, file: Path, kind: Kind) -> ModuleType:
    inside = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its own modules and dataclasses look for it
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's own code may raise anything, or exit
        _forget(name)
        raise kind.refused(path, _where(path, error), "Correct it") from error
    except BaseException:  # Ctrl-C: what is half imported is not found again
        _forget(name)
        raise
    return module


def _forget(name: str) -> None:
    """Drop a module that is half imported, and the modules inside it."""
    for known in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[known]


def _where(path: Path, error: BaseException) -> str:
    """What was raised, and on which line of the code."""
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename or "", error.lineno))
    own = [(Path(file), line) for file, line in frames if line and _is_in(path, Path(file))]
    where = f" on line {own[-1][1]}" if own else ""
    where += f" of {own[-1][0].name}" if own and path.is_dir() else ""
    said = " ".join(str(error).split())[:_SAID]
    return f"it raised {type(error).__name__}{where} when it was imported ({said})"


def _is_in(path: Path, file: Path) -> bool:
    return file.resolve().is_relative_to(path.resolve())
