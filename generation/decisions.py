"""A training set in the making, as others read it: what its journal and its purse have written so
far. Nothing is locked and nothing written, so that it may be read while another process generates.

    Decisions(run_folder, run_folder.round(0).training_set).rows()
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from blindspot.core.errors import StageError
from blindspot.core.run_folder import RunFolder
from blindspot.core.sqlite import told
from generation.decided import Candidacy

_WAY_OUT: Final = "Run `blindspot generate` again, which says what can be done"
_WAIT: Final = 10.0
"""Seconds to wait for a writer that is just tidying up."""


class Decisions:
    """What the ledger says about one training set."""

    def __init__(self, folder: RunFolder, training_set: Path) -> None:
        self._path = folder.root / "ledger.sqlite"
        self._scope = scope_of(folder, training_set)

    def rows(self) -> Iterator[Candidacy]:
        """All decided candidates, in the order of their windows."""
        query = (
            "select c.record from candidates c join windows w on w.scope = c.scope and "
            "w.name = c.window where c.scope = ? order by w.rowid, c.place"
        )
        for (text,) in self._read(query):
            yield self._candidacy(text)

    def _candidacy(self, text: str) -> Candidacy:
        try:
            return Candidacy.model_validate_json(text)
        except ValidationError as error:
            why = "what it keeps of a candidate cannot be read"
            raise StageError(f"The ledger {self._path}", why, _WAY_OUT) from error

    def windows(self) -> list[str]:
        """The windows that were decided, in order: `<attempt>/<first slot>`."""
        query = "select name from windows where scope = ? order by rowid"
        return [name for (name,) in self._read(query)]

    def spent(self) -> dict[str, float]:
        """By role, what calls under way may cost included."""
        query = (
            "select role, sum(cost + reserved) from spending where scope = ? "
            "group by role order by role"
        )
        return dict(self._read(query))

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        if not self._path.is_file():
            return []
        address = f"file:{quote(str(self._path.resolve()))}?mode=ro"
        with (
            told(self._path, f"The ledger {self._path}", _WAY_OUT),
            closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as db,
        ):
            return db.execute(query, (self._scope,)).fetchall()


def scope_of(folder: RunFolder, training_set: Path) -> str:
    """The training set's place in its run, under which the ledger keeps it."""
    root, place = folder.root.resolve(), training_set.resolve()
    return str(place.relative_to(root) if place.is_relative_to(root) else place)
