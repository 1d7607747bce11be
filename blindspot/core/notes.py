"""What was found out about pictures, kept so that it need not be found again.

    notes = Notes(images, "looks_1", ("pixels", "bits"))
    notes.of(["9f.png"], read, "reading pictures")    {"9f.png": ("a0…", b"…")}, read at most once

Finding it means decoding the picture, which takes minutes for a suite and would be done again in
every round and after every kill. `pictures.sqlite` lies beside the image store and only saves time:
it is made anew where it is missing or damaged, and what a killed run had not written is read again.
Every row bears a seal. A table's name has a number, which is raised when the rows change.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from blindspot.core.images import ImageStore
from blindspot.core.progress import progress
from blindspot.core.sqlite import DamagedError, seal, told

T = TypeVar("T")
Row = tuple[Any, ...]
"""Of texts, numbers and bytes."""

FILE: Final = "pictures.sqlite"
_BATCH: Final = 256
_BLOCK: Final = 1024


class Notes:
    """One table."""

    def __init__(self, images: ImageStore, table: str, columns: Sequence[str]) -> None:
        self.path = images.root.with_name(FILE)
        self._table, self._columns = table, tuple(columns)

    def of(self, keys: Iterable[str], find: Callable[[str], Row], title: str) -> dict[str, Row]:
        """The row of every key; those that are not there are found, in threads, under a bar with
        this title, and kept.
        """
        wanted = sorted(set(keys))
        return self._made_anew_if_damaged(lambda: self._of(wanted, find, title)) if wanted else {}

    def each(
        self, keys: Iterable[str], find: Callable[[str], Row], title: str
    ) -> Iterator[tuple[str, Row]]:
        """The same, sorted by key, and no more rows in memory than are looked up at once."""
        wanted = sorted(set(keys))
        if wanted:
            self._made_anew_if_damaged(lambda: self._prepare(wanted, find, title))
        for start in range(0, len(wanted), _BLOCK):
            part = wanted[start : start + _BLOCK]
            rows = self.of(part, find, title)
            yield from ((key, rows[key]) for key in part)

    def keep(self, rows: Mapping[str, Row]) -> None:
        """Keep rows that somebody found."""
        if rows:
            self._made_anew_if_damaged(lambda: self._keep(rows))

    def _of(self, wanted: Sequence[str], find: Callable[[str], Row], title: str) -> dict[str, Row]:
        with self._database() as db:
            self._find(db, wanted, find, title)
            return {row[0]: row[1:] for row in map(_whole, self._select(db, "*", wanted))}

    def _prepare(self, wanted: Sequence[str], find: Callable[[str], Row], title: str) -> None:
        with self._database() as db:
            self._find(db, wanted, find, title)

    def _find(
        self, db: sqlite3.Connection, wanted: Sequence[str], find: Callable[[str], Row], title: str
    ) -> None:
        """Keep a row of every key that has none."""
        here = {key for (key,) in self._select(db, "key", wanted)}
        missing = [key for key in wanted if key not in here]
        for batch in _batches(_in_threads(title, find, missing)):
            self._put(db, batch)

    def _keep(self, rows: Mapping[str, Row]) -> None:
        with self._database() as db:
            self._put(db, rows)

    def _select(self, db: sqlite3.Connection, what: str, wanted: Sequence[str]) -> Iterator[Row]:
        for start in range(0, len(wanted), _BATCH):
            part = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(part))
            query = f"select {what} from {self._table} where key in ({marks})"
            yield from db.execute(query, part).fetchall()

    def _put(self, db: sqlite3.Connection, rows: Mapping[str, Row]) -> None:
        marks = ",".join("?" * (len(self._columns) + 2))
        sealed = [(key, *row, seal(key, *row)) for key, row in rows.items()]
        with db:
            db.executemany(f"insert or replace into {self._table} values ({marks})", sealed)

    def _made_anew_if_damaged(self, work: Callable[[], T]) -> T:
        """What it gives; where the file turns out to be damaged, from an empty one."""
        try:
            return work()
        except DamagedError:
            self.path.unlink(missing_ok=True)
            return work()

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        columns = ", ".join(("key text primary key", *self._columns, "seal integer not null"))
        with told(self.path, f"The file {self.path}", "Delete it; it is made anew"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30)) as db:
                db.execute(f"create table if not exists {self._table} ({columns})")
                yield db


def _whole(row: Row) -> Row:
    """A row without its seal. Raises DatabaseError for one that was changed."""
    *values, kept = row
    if seal(*values) != kept:
        raise sqlite3.DatabaseError("a row is not what was kept")
    return tuple(values)


def _in_threads(
    title: str, find: Callable[[str], Row], keys: Sequence[str]
) -> Iterator[tuple[str, Row]]:
    """Each key with its row, in order, under a bar; Pillow lets other threads decode."""
    if not keys:
        return
    with progress(title, len(keys)) as advance, ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for key, row in zip(keys, pool.map(find, keys), strict=True):
                yield key, row
                advance()
        finally:
            pool.shutdown(cancel_futures=True)


def _batches(found: Iterator[tuple[str, Row]]) -> Iterator[dict[str, Row]]:
    while batch := dict(islice(found, _BATCH)):
        yield batch
