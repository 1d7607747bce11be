"""What was fetched, kept in the run: `fetched.sqlite`, so that a killed run fetches nothing twice.

    key                       address                       got, or why not
    digest of the request     https://example.org/a.png     bytes | Failure that stays one

Rows come in groups, one transaction each; a kill loses at most what had not been written. A failure
that asking again may mend is not kept. Every row bears a seal: a damaged one is fetched again.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from blindspot.core.records import Failure
from blindspot.core.sqlite import connected, refuse_network_filesystem, seal, told
from generation.fetching.policy import Get, Got

_SCHEMA: Final = """
create table if not exists fetched (
    key text primary key, asked text not null, found text not null, data blob, failure text,
    seal integer not null
);
"""


class Kept:
    """Opened on a file; one process at a time writes."""

    def __init__(self, path: Path) -> None:
        refuse_network_filesystem(path)
        self._path = path
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = connected(path, self)
            self._db.executescript(_SCHEMA)

    def lookup(self, request: Get) -> Got | Failure | None:
        """What came of a request, or None."""
        query = "select key, asked, found, data, failure, seal from fetched where key = ?"
        with self._told():
            row = self._db.execute(query, (request.key,)).fetchone()
        if row is None or row[-1] != seal(*row[:-1]):
            return None
        found, data, failure = row[2:-1]
        return Got(data, found) if failure is None else Failure.model_validate_json(failure)

    def keep(self, rows: Iterable[tuple[Get, Got | Failure]]) -> None:
        """Keep what came of some requests in one transaction."""
        values = [_row(*row) for row in rows if isinstance(row[1], Got) or not row[1].retryable]
        with self._told():
            self._write(values)

    def close(self) -> None:
        """Close the file, as happens by itself when nobody holds the store."""
        self._db.close()

    def _told(self) -> AbstractContextManager[None]:
        way_out = "Move the file away; what was fetched would be fetched again"
        return told(self._path, f"The store {self._path}", way_out)

    def _write(self, values: Sequence[tuple[str, str, str, bytes | None, str | None]]) -> None:
        if not values:
            return
        self._db.execute("begin immediate")
        try:
            rows = [(*each, seal(*each)) for each in values]
            self._db.executemany("insert or replace into fetched values (?, ?, ?, ?, ?, ?)", rows)
            self._db.execute("commit")
        finally:
            if self._db.in_transaction:
                self._db.execute("rollback")


def _row(request: Get, came: Got | Failure) -> tuple[str, str, str, bytes | None, str | None]:
    if isinstance(came, Failure):
        return request.key, request.url, "", None, came.model_dump_json()
    return request.key, request.url, came.url, came.data, None
