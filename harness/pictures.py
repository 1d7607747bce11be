"""What is known of each stored picture: its size, its pixels' hash, and how it looks when small.

Reading these off a picture means decoding it, which takes minutes for a suite and would be done
again in every round; so they are kept in `pictures.sqlite` beside the image store, by the
picture's name. The file only saves time: it is made anew when it is missing, damaged or of another
format, and what a killed run had not written is read again.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.progress import progress
from blindspot.core.sqlite import DamagedError, seal, told

GREY: Final = 64
COLOR: Final = 16

T = TypeVar("T")
R = TypeVar("R")
Pair = tuple[str, str]
"""Names of two pictures, the smaller first."""

_FORMAT: Final = 2
"""Raised whenever a fact or a verdict is found in another way; older files are made anew."""
_SCHEMA: Final = """
create table if not exists facts (
    name text primary key, width integer not null, height integer not null,
    pixels text not null, grey blob not null, color blob not null, seal integer not null
) without rowid;
create table if not exists verdicts (
    one text not null, other text not null, same integer not null, seal integer not null,
    primary key (one, other)
) without rowid;
"""
_BATCH: Final = 256


@dataclass(frozen=True)
class Facts:
    """One picture. The small pictures are scaled by a filter that spans every pixel under it
    (bilinear), so that copies of other sizes give the same.
    """

    width: int
    height: int
    pixels: str
    """Hash of size and RGB pixels, whatever the file format."""
    grey: bytes
    """64×64 levels of grey."""
    color: bytes
    """16×16 RGB."""


class Pictures:
    """The facts about a store's pictures."""

    def __init__(self, images: ImageStore) -> None:
        self.images = images
        self.path = images.root.with_name("pictures.sqlite")

    def facts(self, names: Iterable[str]) -> dict[str, Facts]:
        """Facts by name; those of pictures seen for the first time are read, in threads. Raises
        DataError for a picture that is not in the store.
        """
        return self._made_anew_if_damaged(lambda: self._facts(sorted(set(names))))

    def _facts(self, wanted: Sequence[str]) -> dict[str, Facts]:
        with self._database() as db:
            known = _lookup(db, wanted)
            missing = [name for name in wanted if name not in known]
            for batch in _batches(_in_threads("reading pictures", self._read, missing)):
                known |= batch
                _keep(db, "facts", [(name, *astuple(facts)) for name, facts in batch.items()])
        return known

    def verdicts(
        self, pairs: Iterable[Pair], same: Callable[[Image.Image, Image.Image], bool]
    ) -> dict[Pair, bool]:
        """What `same` says of each pair's pictures; a pair is looked at once and remembered."""
        return self._made_anew_if_damaged(lambda: self._verdicts(sorted(set(pairs)), same))

    def _verdicts(
        self, wanted: Sequence[Pair], same: Callable[[Image.Image, Image.Image], bool]
    ) -> dict[Pair, bool]:
        with self._database() as db:
            rows = map(_whole, db.execute("select * from verdicts"))
            stored = {(one, other): bool(verdict) for one, other, verdict in rows}
            known = {pair: stored[pair] for pair in wanted if pair in stored}
            missing = [pair for pair in wanted if pair not in known]
            look = lambda pair: same(self._open(pair[0]), self._open(pair[1]))  # noqa: E731
            for batch in _batches(_in_threads("comparing pictures", look, missing)):
                known |= batch
                _keep(db, "verdicts", [(*pair, int(verdict)) for pair, verdict in batch.items()])
        return known

    def _made_anew_if_damaged(self, work: Callable[[], T]) -> T:
        """What it gives; where the file turns out to be damaged, from an empty one."""
        try:
            return work()
        except DamagedError:
            self.path.unlink(missing_ok=True)
            return work()

    def _open(self, name: str) -> Image.Image:
        try:
            return self.images.open(name)
        except OSError as error:
            raise DataError(
                f"The picture {self.images.path(name)}",
                f"it cannot be read ({error})",
                "Remove the file and run the same command again, which stores it anew",
            ) from error

    def _read(self, name: str) -> Facts:
        return facts_of(self._open(name))

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with told(self.path, f"The file {self.path}", "Delete it; it is made anew"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30)) as db:
                _prepare(db)
                yield db


def facts_of(image: Image.Image) -> Facts:
    """The facts about an RGB picture."""
    return Facts(
        width=image.width,
        height=image.height,
        pixels=hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest(),
        grey=_small(image.convert("L"), GREY).tobytes(),
        color=_small(image, COLOR).tobytes(),
    )


def greys(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 64, 64)"""
    return _stack([f.grey for f in facts], (GREY, GREY))


def colors(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 16, 16, 3)"""
    return _stack([f.color for f in facts], (COLOR, COLOR, 3))


def _stack(rows: list[bytes], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), *shape)


def _small(image: Image.Image, side: int) -> NDArray[np.uint8]:
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))


def _prepare(db: sqlite3.Connection) -> None:
    """Its tables. Raises DatabaseError for a database of another format."""
    (found,) = db.execute("pragma user_version").fetchone()
    if found not in (0, _FORMAT):
        raise sqlite3.DatabaseError("another format")
    db.executescript(_SCHEMA)
    db.execute(f"pragma user_version = {_FORMAT}")


def _lookup(db: sqlite3.Connection, names: Sequence[str]) -> dict[str, Facts]:
    known: dict[str, Facts] = {}
    for start in range(0, len(names), _BATCH):
        part = names[start : start + _BATCH]
        marks = ",".join("?" * len(part))
        for row in db.execute(f"select * from facts where name in ({marks})", part):
            name, *fields = _whole(row)
            known[name] = Facts(*fields)
    return known


def _keep(db: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put rows there, sealed."""
    marks = ",".join("?" * (len(rows[0]) + 1))
    with db:
        db.executemany(
            f"insert or replace into {table} values ({marks})", [(*r, seal(*r)) for r in rows]
        )


def _whole(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row without its seal. Raises DatabaseError for one that was changed."""
    *values, kept = row
    if seal(*values) != kept:
        raise sqlite3.DatabaseError("a row is not what was kept")
    return tuple(values)


def _in_threads(title: str, work: Callable[[T], R], items: list[T]) -> Iterator[tuple[T, R]]:
    """Each item with its result, in order, under a bar; Pillow lets other threads decode."""
    if not items:
        return
    with progress(title, len(items)) as advance, ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for item, result in zip(items, pool.map(work, items), strict=True):
                yield item, result
                advance()
        finally:
            pool.shutdown(cancel_futures=True)


def _batches(results: Iterator[tuple[T, R]]) -> Iterator[dict[T, R]]:
    batch: dict[T, R] = {}
    for item, result in results:
        batch[item] = result
        if len(batch) == _BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
