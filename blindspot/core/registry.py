"""Plugins: one file in a plural folder, its name is the file's name, its object is `PLUGIN`.

A registry lists a folder without importing anything, so that a plugin whose extra is missing
breaks nobody else. Other packages add theirs by an entry point in the group of the folder's
dotted name (`generation.families`).
"""

import ast
import difflib
import importlib
import importlib.util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Generic, TypeVar

from blindspot.core.errors import ConfigError, UnknownNameError

T = TypeVar("T")


def nearest(name: str, known: list[str]) -> str:
    """A sentence that helps somebody who mistyped `name`: the nearest match and the whole list."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    return f"{hint}Known: {', '.join(sorted(known)) or 'none'}"


class Registry(Generic[T]):
    """The plugins of one folder, e.g. ``Registry[Family]("generation.families")``."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._loaded: dict[str, T] = {}

    def names(self) -> list[str]:
        """All plugin names, sorted, without importing one."""
        return sorted({*self._files(), *self._entry_points()})

    def load(self, name: str) -> T:
        """Import the one file `name` and return its `PLUGIN`."""
        if name not in self._loaded:
            self._loaded[name] = self._import(name)
        return self._loaded[name]

    def summary(self, name: str) -> str:
        """First line of a plugin's docstring, without importing it."""
        path = self._files().get(name)
        if path is None:
            return "from another package"
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
        return text.partition("\n\n")[0].replace("\n", " ")

    def _import(self, name: str) -> T:
        try:
            if name in self._files():
                return importlib.import_module(f"{self.package}.{name}").PLUGIN
            if name in self._entry_points():
                return self._entry_points()[name].load()
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith(self.package):
                raise
            raise ConfigError(
                f"'{name}' in {self.package}",
                f"it needs the package '{error.name}', which is not installed",
                "Install blindspot with its extras: pip install 'blindspot-lmm[local]'",
            ) from error
        kind = self.package.rsplit(".", 1)[-1]
        raise UnknownNameError(f"'{name}'", f"it is not one of {kind}", nearest(name, self.names()))

    def _files(self) -> dict[str, Path]:
        spec = importlib.util.find_spec(self.package)
        folders = list(spec.submodule_search_locations or []) if spec else []
        files = [p for folder in folders for p in Path(folder).glob("*.py")]
        return {p.stem: p for p in files if not p.stem.startswith("_")}

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {e.name: e for e in entry_points(group=self.package)}
